import Foundation
import ProviderTestKit
import StripeProvider
import Testing

/// What Stripe and this module say to each other.
private enum StripeRecording {
    /// The folder Tests/Fixtures/stripe.
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/stripe").path

    static let read = Result { try ProviderRecording(folder: folder) }
}

@Suite("Exchanges with Stripe, one fixture a case, and what is derived from them")
struct ConformanceTests {
    // One after the other: all at once, each would have its call's time run while hundreds of others wait for the same few threads.
    @Test(
        "What is sent, what comes back, what the gateway is told", .serialized,
        arguments: (try? StripeRecording.read.get())?.caseNames ?? [])
    func exchange(name: String) async throws {
        let suite = Conformance(of: StripeModule(), recording: try StripeRecording.read.get())
        #expect(await suite.findings(inCase: name) == [])
    }

    @Test("Every file of the folder can be read, and no case is there twice")
    func folder() throws {
        #expect(try StripeRecording.read.get().caseNames.count > 300)
    }

    @Test("The Stripe provider keeps the contract, whatever strikes its exchanges", .timeLimit(.minutes(10)))
    func conforms() async throws {
        let report = try await expectConformance(of: StripeModule(), recording: StripeRecording.folder)
        #expect(report.results.filter { $0.status == .notApplicable }.map(\.check) == [])
    }
}
