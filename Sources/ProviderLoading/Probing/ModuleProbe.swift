import Foundation
import GatewayCore
import Glibc

/// Tries each module in a process of its own first: this program once more, with a command that links the module and tells.
///
/// A module that passed is not tried again, at the next start neither: a file beside its copy says so, as long as the gateway is the same.
/// One that failed is: what failed may have been the machine.
package struct ModuleProbe: ModuleProbing {
    /// How long a module may take.
    private static let limit = Duration.seconds(4)
    /// How long the process may take before it comes to the module.
    private static let startLimit = Duration.seconds(20)
    private static let answerLimit = 64 * 1024
    /// What the note of a module for tests ends in.
    private static let testsMark = "\nfor tests"

    private let executable: String
    private let command: String
    private let host: String

    /// - Parameters:
    ///   - executable: this program.
    ///   - command: the word by which it is told to call ``ProbeAnswer/give(forCopy:named:)`` with the two words that follow.
    ///   - host: what tells this gateway from others, in which a module would have to be tried anew.
    package init(executable: String, command: String, host: String) {
        self.executable = executable
        self.command = command
        self.host = host
    }

    /// Tries a module, unless it has passed before.
    @discardableResult
    package func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule {
        let note = URL(fileURLWithPath: candidate.copy).deletingLastPathComponent().appendingPathComponent("passed")
        let noteOfTests = host + Self.testsMark
        if let passed = try? String(contentsOf: note, encoding: .utf8), passed == host || passed == noteOfTests {
            return ProbedModule(isForTests: passed == noteOfTests)
        }
        let outcome: ShortLivedChild.Outcome
        do {
            outcome = try await ShortLivedChild(
                executable, [command, candidate.copy, candidate.name], environment: Self.environment, limit: Self.limit,
                startLimit: Self.startLimit, answerLimit: Self.answerLimit
            ).run()
        } catch {
            throw ModuleLoadingError(candidate.name, .notProbed(cause: "\(error)"))
        }
        if let reason = Self.reason(outcome) { throw ModuleLoadingError(candidate.name, reason) }
        // Without the note it is tried again next time, and that is all.
        let isForTests = ProbeAnswer.verdict(in: outcome.answer)?.isForTests == true
        try? Data((isForTests ? noteOfTests : host).utf8).write(to: note, options: .atomic)
        return ProbedModule(isForTests: isForTests)
    }

    /// The gateway's secrets are no business of a module that nobody has tried, and neither is its crash worth a long backtrace.
    package static var environment: [String: String] {
        var variables = ["SWIFT_BACKTRACE": "enable=no"]
        for name in ["PATH", "LD_LIBRARY_PATH", "TMPDIR"] {
            variables[name] = ProcessInfo.processInfo.environment[name]
        }
        return variables
    }

    static func reason(_ outcome: ShortLivedChild.Outcome) -> ModuleLoadingError.Reason? {
        let words = lastLine(of: outcome.errors)
        switch outcome.end {
        case .tookTooLong: return .hung(afterSeconds: Int(limit.components.seconds))
        case .signaled(let signal): return .crashed(signal: name(ofSignal: signal), words: words)
        case .exited(let code):
            guard let verdict = ProbeAnswer.verdict(in: outcome.answer) else {
                let hasBegun = outcome.answer.starts(with: ProbeAnswer.beginning)
                return hasBegun ? .exited(code: code, words: words) : .notProbed(cause: words.isEmpty ? "exit \(code)" : words)
            }
            return verdict.refusal?.reason
        }
    }

    /// A signal as it is written in manuals, such as `SIGILL`.
    package static func name(ofSignal signal: Int32) -> String {
        switch signal {
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGABRT: "SIGABRT"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        case SIGKILL: "SIGKILL"
        case SIGSEGV: "SIGSEGV"
        case SIGSYS: "SIGSYS"
        default: "signal \(signal)"
        }
    }

    /// The last words of a process that crashed, such as `Fatal error: ...`, as far as they are printable and not endless.
    private static func lastLine(of text: String) -> String {
        let line = text.split(separator: "\n").last { !$0.allSatisfy(\.isWhitespace) } ?? ""
        return String(
            String.UnicodeScalarView(line.unicodeScalars.filter { !$0.isHidden }).prefix(200))
    }
}
