import AcmePayProvider
import ProviderTestKit
import Testing

@Suite("Conformance")
struct ConformanceTests {
    /// Every rule of the contract, struck at with each exchange of Recordings/. A failure names the check, the case, and what
    /// was expected; `gateway certify` runs the same against the built module.
    @Test("Acme Pay keeps every rule of the contract")
    func conforms() async throws {
        try await expectConformance(of: AcmePayModule(), recording: Self.recordings)
    }

    private static let recordings = #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/Recordings"
}
