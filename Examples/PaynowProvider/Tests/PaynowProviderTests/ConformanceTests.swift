import PaynowProvider
import ProviderTestKit
import Testing

@Suite("Conformance")
struct ConformanceTests {
    @Test("Paynow conforms, as its recordings have it", .timeLimit(.minutes(10)))
    func conformance() async throws {
        try await expectConformance(of: PaynowModule(), recording: ExamplePaths.recordings)
    }
}
