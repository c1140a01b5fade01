import GatewayCore
import Testing

/// Runs `work` and expects it to be refused with a code.
func expectRefusal(
    _ code: GatewayError.Code, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> some Any
) async {
    let error = await #expect(throws: GatewayError.self, sourceLocation: sourceLocation) { _ = try await work() }
    #expect(error?.code == code, sourceLocation: sourceLocation)
}
