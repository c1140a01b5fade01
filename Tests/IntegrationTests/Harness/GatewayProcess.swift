import Foundation
import Glibc
import Synchronization

/// The real `gateway` executable in a folder of its own, with providers.yaml, database and journals in it.
///
/// Use it through ``withGateway(_:_:)``, which ends it whatever happens.
final class GatewayProcess: Sendable {
    /// Its folder.
    let folder: TemporaryFolder
    private let configuration: Mutex<GatewayConfiguration>
    private let running: Mutex<Running>

    private struct Running {
        var child: ChildProcess?
        var port = 0
    }

    /// A gateway that is not started yet.
    init(_ configuration: GatewayConfiguration = GatewayConfiguration()) throws {
        folder = try TemporaryFolder()
        // Not the folder of providers.yaml: relative paths start there and not at the working directory.
        try FileManager.default.createDirectory(at: folder.url.appending(path: "elsewhere"), withIntermediateDirectories: false)
        self.configuration = Mutex(configuration)
        running = Mutex(Running())
        try prepare(port: try SocketConnection.freePort())
    }

    /// The port it listens on.
    var port: Int { running.withLock { $0.port } }

    /// Changes what the next start reads.
    func reconfigure(_ change: (inout GatewayConfiguration) -> Void) throws {
        configuration.withLock { change(&$0) }
        try prepare(port: port)
    }

    /// The environment of the gateway and of its commands.
    var environment: [String: String] {
        var variables = configuration.withLock { $0.variables }
        let own = ["PATH": "/usr/bin:/bin", "HOME": folder.url.path, "LANG": "C.UTF-8", "GATEWAY_JWT_SECRET": Token.secret]
        variables.merge(own) { given, _ in given }
        if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] { variables["LD_LIBRARY_PATH"] = path }
        return variables
    }

    /// Starts it and waits until it is ready. Started again, it takes the same port, folder and database.
    ///
    /// - Throws: ``GatewayStartError`` where it exits or does not become ready.
    func start() async throws {
        var attempts = 0
        while true {
            attempts += 1
            let child = try launch()
            do {
                try await waitUntilReady(child)
                return
            } catch let error as GatewayStartError where error.portIsTaken && attempts < 5 {
                try prepare(port: try SocketConnection.freePort())
            } catch {
                await child.stop()
                throw error
            }
        }
    }

    /// Starts it and waits until it ends by itself.
    ///
    /// - Throws: ``HarnessError`` where it keeps running.
    func startAndFail(within limit: Duration = .seconds(20)) async throws -> ProcessEnd {
        let child = try launch()
        guard let end = await child.waitForEnd(within: limit) else {
            await child.stop()
            throw HarnessError("the gateway should have refused to start, and runs:\n\(log)")
        }
        return end
    }

    /// Sends it a signal, and waits for nothing.
    func signal(_ signal: Int32) {
        running.withLock { $0.child }?.send(signal)
    }

    /// Asks it to end (SIGTERM) and waits, as an operator would.
    func terminate(within limit: Duration = .seconds(40)) async throws -> ProcessEnd {
        guard let child = running.withLock({ $0.child }) else { throw HarnessError("the gateway was not started") }
        child.send(SIGTERM)
        guard let end = await child.waitForEnd(within: limit) else {
            throw HarnessError("the gateway did not end within \(limit) of SIGTERM:\n\(log)")
        }
        return end
    }

    /// Ends it in the middle of whatever it does (SIGKILL).
    func kill() async {
        guard let child = running.withLock({ $0.child }) else { return }
        child.send(SIGKILL)
        _ = await child.waitForEnd(within: .seconds(10))
    }

    /// Whether its process runs.
    var isRunning: Bool { running.withLock { $0.child.map { $0.ended == nil } ?? false } }

    /// All it has written to standard output and standard error since its first start.
    var log: String { folder.read("gateway.out") + folder.read("gateway.err") }

    /// Ends it and removes its folder.
    func cleanUp() async {
        if let child = running.withLock({ $0.child }) { await child.stop() }
        folder.remove()
    }

    /// Runs a command of the gateway beside it, on the same configuration.
    func command(_ arguments: String...) async throws -> CommandResult {
        try await run(
            TestPaths.gateway, arguments + ["--config", folder.path("providers.yaml")], environment: environment,
            in: folder.url.appending(path: "elsewhere")
        )
    }

    private func prepare(port: Int) throws {
        try folder.write(configuration.withLock { $0.yaml(port: port) }, to: "providers.yaml")
        running.withLock { $0.port = port }
    }

    private func launch() throws -> ChildProcess {
        let child = try ChildProcess(
            TestPaths.gateway, ["serve", "--config", folder.path("providers.yaml"), "--port", "\(port)"],
            environment: environment, folder: folder.url.appending(path: "elsewhere"), output: folder.path("gateway.out"),
            errors: folder.path("gateway.err")
        )
        running.withLock { $0.child = child }
        return child
    }

    private func waitUntilReady(_ child: ChildProcess) async throws {
        let logBefore = log.utf8.count
        let end = ContinuousClock.now + .seconds(30)
        while true {
            if let ended = child.ended {
                let lines = String(decoding: log.utf8.dropFirst(logBefore), as: UTF8.self)
                throw GatewayStartError(reason: "it ended (\(ended))", log: lines)
            }
            if let answer = try? await HTTPRequest(path: "/readyz").send(toPort: port, timeout: .seconds(2)), answer.status == 200
            {
                return
            }
            guard ContinuousClock.now < end else { throw GatewayStartError(reason: "it was not ready within 30 s", log: log) }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A gateway did not come up.
struct GatewayStartError: Error, CustomStringConvertible {
    /// What happened.
    let reason: String
    /// What it wrote.
    let log: String

    /// Whether another process got its port first.
    var portIsTaken: Bool { log.lowercased().contains("address already in use") || log.contains("EADDRINUSE") }

    /// Both.
    var description: String { "the gateway did not start: \(reason)\n\(log)" }
}
