import GatewayHarness
import Testing

/// Starts a gateway for the length of `body`, and ends it and removes its folder afterwards.
///
/// An error of `body` is thrown on with the gateway's log.
func withGateway<Value>(
    _ configuration: GatewayConfiguration = GatewayConfiguration(), started: Bool = true,
    _ body: (GatewayProcess) async throws -> Value
) async throws -> Value {
    let gateway = try GatewayProcess(configuration)
    do {
        if started { try await gateway.start() }
        let value = try await GatewayProcess.$current.withValue(gateway) { try await body(gateway) }
        await gateway.cleanUp()
        return value
    } catch {
        let log = gateway.recentLog
        await gateway.cleanUp()
        // A failed #require has been recorded already, and a start error brings the log along.
        if error is ExpectationFailedError || error is GatewayStartError || error is CancellationError { throw error }
        throw HarnessError("\(error)\n\(log)")
    }
}

extension GatewayProcess {
    /// The gateway that the current test talks to.
    @TaskLocal static var current: GatewayProcess?

    /// The gateway of the current suite: see ``SharedGateway``.
    static var shared: GatewayProcess {
        get throws {
            guard let current else { throw HarnessError("the suite lacks the trait .sharedGateway") }
            return current
        }
    }
}
