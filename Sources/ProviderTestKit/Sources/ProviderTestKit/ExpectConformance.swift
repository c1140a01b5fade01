public import ProviderAPI
public import ProviderConformance
public import Testing

/// Runs the conformance suite over a module, and records one issue for each finding.
///
/// It is the one test that every provider has:
///
/// ```swift
/// import Foundation
/// import ProviderTestKit
/// import Testing
///
/// @testable import AcmeProvider
///
/// @Test("Acme keeps the contract")
/// func conforms() async throws {
///     // The recording lies beside this file: Recordings/provider.json and a folder for each group of cases.
///     let recording = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Recordings")
///     try await expectConformance(of: AcmeModule(), recording: recording.path)
/// }
/// ```
///
/// An issue says which check found it, in which case, what should have come of it and what came of it, and why that matters:
///
/// ```
/// lost-answer: refund/whole: the answer lost at request 1: expected unknown; got {"not_sent":{"message":"..."}}
/// A request whose answer was lost leaves the outcome unknown, whatever its repeats meet. It may have been carried out: ...
/// ```
///
/// - Parameters:
///   - module: the module.
///   - folder: the path of its recording, see ``ProviderRecording``.
/// - Returns: the report, for tests that want to say more about it.
/// - Throws: ``RecordingError`` where the recording cannot be read.
@discardableResult
public func expectConformance(
    of module: any ProviderModule, recording folder: String, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> ConformanceReport {
    let report = await Conformance(of: module, recording: try ProviderRecording(folder: folder)).run()
    for result in report.results {
        for finding in result.findings {
            Issue.record("\(result.check): \(finding)\n\(result.title). \(result.why)", sourceLocation: sourceLocation)
        }
    }
    return report
}
