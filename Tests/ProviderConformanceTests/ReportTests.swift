import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@testable import FlawedProvider

@Suite("What the suite reports", .timeLimit(.minutes(10)))
struct ReportTests {
    /// A report over the flawed provider's recording with some of its files changed, and only these cases.
    private func report(
        cases: [String], description change: (String) -> String = { $0 }, of module: any ProviderModule = FlawedModule()
    ) async throws -> ConformanceReport {
        var files: [String: String] = [:]
        for path in cases.map({ "\($0).json" }) + ["provider.json"] {
            files[path] = try String(contentsOfFile: "\(FlawedRecording.folder)/\(path)", encoding: .utf8)
        }
        files["provider.json"] = files["provider.json"].map(change)
        let recording = try TemporaryFolder.with(files) { try ProviderRecording(folder: $0) }
        return await Conformance(of: module, recording: recording).run()
    }

    @Test("A provider without a flaw passes every check, each of which tried something")
    func right() async throws {
        let report = try await expectConformance(of: FlawedModule(), recording: FlawedRecording.folder)
        #expect(report.passed)
        #expect(report.results.map(\.check) == Conformance.checks.map(\.id))
        #expect(report.results.allSatisfy { $0.status == .passed && $0.cases > 0 })
    }

    @Test("A check that nothing recorded exercises fails, and says so")
    func nothingRecorded() async throws {
        let report = try await report(cases: ["retrieve/paid"])
        #expect(!report.passed)
        let keys = try #require(report.results.first { $0.check == "keys-passed-on" })
        #expect(keys.status == .failed)
        #expect(keys.findings.map(\.actual) == ["nothing recorded exercises this"])
    }

    @Test("A check does not apply where provider.json says why, or where the service has no webhooks")
    func notApplicable() async throws {
        let report = try await report(cases: ["retrieve/paid"]) {
            $0.replacing(#""webhook_secrets": ["whsec_recorded"]"#, with: #""webhook_secrets": null"#)
                .replacing(#""idempotency":"#, with: #""not_applicable": {"keys-stable": "It only reads."}, "idempotency":"#)
        }
        let keys = try #require(report.results.first { $0.check == "keys-stable" })
        #expect(keys.status == .notApplicable)
        #expect(keys.reason == "It only reads.")
        let forged = try #require(report.results.first { $0.check == "webhook-forged" })
        #expect(forged.status == .notApplicable)
        #expect(forged.reason?.contains("capabilities.webhooks") == true)
    }

    @Test("Creations that are missing in a currency with zero, two or three decimals are found")
    func currencies() async throws {
        let report = try await report(cases: ["create/fewest-parameters", "create/three-decimals-kwd"])
        let amounts = try #require(report.results.first { $0.check == "amounts-exact" })
        #expect(amounts.findings.count == 1)
        #expect(amounts.findings.first?.expected.contains("a currency with 0 decimals") == true)
    }

    @Test("The JSON of a report has a finding's case, expectation and outcome, and reads back")
    func json() async throws {
        let report = try await report(cases: ["create/with-a-description"], of: FlawedModule(flaw: .dropsDescription))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(report), as: UTF8.self)
        #expect(text.contains(#""case":"create/with-a-description","expected":"request 1 as recorded""#))
        let read = try JSONDecoder().decode(ConformanceReport.self, from: Data(text.utf8))
        #expect(read.results.map(\.check) == report.results.map(\.check))
        #expect(read.results.flatMap(\.findings) == report.results.flatMap(\.findings))
    }

    @Test("A case that is not recorded is a finding, not a silent success")
    func unknownCase() async throws {
        let recording = try ProviderRecording(folder: FlawedRecording.folder)
        let suite = Conformance(of: FlawedModule(), recording: recording)
        #expect(await suite.findings(inCase: "create/none").map(\.actual) == ["no such case"])
        #expect(await suite.findings(inCase: "create/fewest-parameters") == [])
    }
}
