import Foundation
import ProviderAPI
import ProviderConformance
import ProviderLoading

/// Runs the conformance suite against a built module, in a process of its own: a module may crash or hang, and nothing of this process's
/// environment is its business.
struct Certification: Sendable {
    /// A reason why there is no report.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// More than a suite of hundreds of cases takes on a busy machine.
    private static let limit = Duration.seconds(600)
    private static let startLimit = Duration.seconds(120)
    private static let answerLimit = 64 << 20

    /// The module's file.
    let module: String
    /// The folder of the recorded exchanges.
    let recording: String

    private var directory: String { URL(fileURLWithPath: module).deletingLastPathComponent().path }
    private var name: String { URL(fileURLWithPath: module).lastPathComponent }

    /// Checks the module.
    ///
    /// - Throws: `ModuleLoadingError`, `RecordingError`, ``Failure``.
    func report() async throws -> CertificationReport {
        // Both are told before the longer part begins, and in this process's own words.
        _ = try ProviderRecording(folder: recording)
        try await ModuleLoader(
            directory: directory, copies: ModuleCopies(directory: nil), probe: ModuleProbe.byThisProgram
        ).tryOut(name)
        // A process that crashes leaves its temporary files behind: they are in a folder that this one removes.
        let temporary = FileManager.default.temporaryDirectory.appending(path: "gateway-certify-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: temporary, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: temporary) }
        let environment = ModuleProbe.environment.merging(["TMPDIR": temporary.path]) { $1 }
        let outcome = try await ShortLivedChild(
            "/proc/self/exe", [CertifyWorkerCommand.name, module, recording], environment: environment,
            limit: Self.limit, startLimit: Self.startLimit, answerLimit: Self.answerLimit
        ).run()
        switch outcome.end {
        case .tookTooLong:
            throw Failure(
                description:
                    "\(name): the checks were not done after \(Self.limit.components.seconds) seconds; a call of the module hangs"
            )
        case .signaled(let signal):
            throw Failure(
                description:
                    "\(name): the module crashed while it was checked (\(ModuleProbe.name(ofSignal: signal)))\n\(outcome.errors)")
        case .exited(let code):
            guard let report = WorkerAnswer.report(in: outcome.answer) else {
                throw Failure(
                    description: "\(name): the module ended the process while it was checked (exit \(code))\n\(outcome.errors)")
            }
            return report
        }
    }

    /// Does the work, in the process that is made for it.
    func reportInThisProcess() async throws -> CertificationReport {
        let recorded = try ProviderRecording(folder: recording)
        let loaded = try await ModuleLoader(directory: directory, copies: ModuleCopies(directory: nil), probe: Unprobed()).load(
            name, sha256: nil)
        let clock = HostClock()
        let started = ContinuousClock.now
        let conformance = await Conformance(of: loaded.module, recording: recorded).run()
        let duration = ContinuousClock.now - started
        return CertificationReport(
            module: name, path: loaded.path, sha256: loaded.digest, abi: ProviderABI.version,
            compiler: ProviderABI.compiler.description, gateway: Version.current, recording: recording,
            recordedCases: recorded.caseNames.count, at: clock.now().rfc3339,
            milliseconds: Int(duration / .milliseconds(1)), conformance: conformance)
    }

    /// The process is made to be lost.
    private struct Unprobed: ModuleProbing {
        func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule { ProbedModule() }
    }
}

/// How the process of the checks tells what came of them.
enum WorkerAnswer {
    /// Its first bytes.
    static let beginning = Array("checking\n".utf8)

    /// Writes the bytes to the descriptor that the parent reads.
    static func write(_ bytes: [UInt8]) throws {
        try FileHandle(fileDescriptor: ShortLivedChild.answerDescriptor).write(contentsOf: Data(bytes))
    }

    /// The report in a whole answer; nil where the process ended before.
    static func report(in answer: [UInt8]) -> CertificationReport? {
        guard answer.starts(with: beginning) else { return nil }
        return try? JSONDecoder().decode(CertificationReport.self, from: Data(answer.dropFirst(beginning.count)))
    }
}
