import Foundation
import ProviderConformance
import Testing

@testable import FlawedProvider

/// What the flawed provider and its provider say to each other.
enum FlawedRecording {
    /// The folder Tests/Fixtures/modules/flawed/recording.
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/modules/flawed/recording").path
}

// One after the other: each run already does all that it can at once.
@Suite("The teeth of the conformance suite", .serialized, .timeLimit(.minutes(10)))
struct FlawTests {
    /// The checks that catch each flaw; the one that names it comes first.
    private static let catches: [Flaw: [String]] = [
        .secretAsString: ["settings-schema"],
        .settingsErrorWithoutField: ["settings-errors"],
        .dropsDescription: ["recorded-exchanges"],
        .amountsThroughDouble: ["amounts-exact"],
        .refundsThroughDouble: ["amounts-exact"],
        .twoDecimalsForAll: ["amounts-exact", "recorded-exchanges"],
        .keyNotPassedOn: ["keys-passed-on", "keys-stable", "recorded-exchanges"],
        .keyCutShort: ["keys-passed-on"],
        .clockInBody: ["keys-stable", "recorded-exchanges"],
        .ownContext: ["call-context", "deadline", "no-shared-state"],
        .notSentAsUnknown: ["not-sent"],
        .lostAnswerAsNotSent: ["lost-answer", "deadline", "cancellation"],
        .forgetsLostAttempt: ["lost-answer"],
        .refusalAfterLostAttempt: ["lost-answer"],
        .serverErrorAsDeclined: ["server-error"],
        .newKeyAtEachRetry: ["server-error", "recorded-exchanges"],
        .truncatedAsSuccess: ["truncated-answer"],
        .anySuccessAsDone: ["senseless-answer"],
        .echoesAmount: ["wrong-amount"],
        .echoesID: ["wrong-id"],
        .unknownStatusAsSucceeded: ["unknown-status"],
        .unknownRefundStatusAsFailed: ["unknown-status"],
        .retriesPastDeadline: ["deadline"],
        .obeysRetryAfter: ["deadline"],
        .swallowsCancellation: ["cancellation"],
        .sharedState: ["no-shared-state"],
        .logsSecret: ["secrets-kept"],
        .repeatsMessage: ["secrets-kept"],
        .tellsSignature: ["secrets-kept"],
        .verifiesNothing: ["webhook-forged", "webhook-stale"],
        .acceptsEmptySecret: ["webhook-forged"],
        .ignoresTimestamp: ["webhook-stale"],
        .firstSecretOnly: ["webhook-secrets"],
        .namesAnotherHeader: ["webhook-stale", "webhook-secrets"],
        .randomEventID: ["webhook-replayed", "webhook-reordered", "recorded-exchanges"],
        .ignoresLateEvents: ["webhook-reordered"],
    ]

    private func failedChecks(_ flaw: Flaw?) async throws -> [String] {
        let recording = try ProviderRecording(folder: FlawedRecording.folder)
        let report = await Conformance(of: FlawedModule(flaw: flaw), recording: recording).run()
        return report.results.filter { $0.status == .failed }.map(\.check)
    }

    @Test(
        "Each flaw is caught by the check that names it, and by no other than those that it breaks too", arguments: Flaw.allCases)
    func caught(flaw: Flaw) async throws {
        let expected = try #require(Self.catches[flaw])
        #expect(Set(try await failedChecks(flaw)) == Set(expected))
    }

    @Test("Every check is the one that names a flaw")
    func everyCheckHasTeeth() {
        #expect(Set(Self.catches.values.compactMap(\.first)) == Set(Conformance.checks.map(\.id)))
    }
}
