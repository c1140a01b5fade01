import Foundation
import Testing

@testable import ProviderLoading

@Suite("What a probe's process tells", .timeLimit(.minutes(10)))
struct ModuleProbeTests {
    private func reason(
        _ end: ShortLivedChild.End, answer: String = "loading\n", errors: String = ""
    ) -> ModuleLoadingError.Reason? {
        ModuleProbe.reason(ShortLivedChild.Outcome(end: end, answer: Array(answer.utf8), errors: errors))
    }

    @Test("An end without an answer is the module's once it was begun with, and else the machine's")
    func ends() {
        #expect(reason(.tookTooLong) == .hung(afterSeconds: 4))
        #expect(reason(.signaled(11)) == .crashed(signal: "SIGSEGV", words: ""))
        #expect(
            reason(.signaled(4), errors: "a\nFatal error: Index out of range\n\n")
                == .crashed(signal: "SIGILL", words: "Fatal error: Index out of range"))
        #expect(reason(.signaled(64)) == .crashed(signal: "signal 64", words: ""))
        #expect(reason(.exited(0)) == .exited(code: 0, words: ""))
        #expect(reason(.exited(3), errors: "no licence\u{1B}[31m") == .exited(code: 3, words: "no licence[31m"))
        #expect(reason(.exited(127), answer: "", errors: "no such file") == .notProbed(cause: "no such file"))
    }

    @Test("A refusal comes across as it was, and a module that passes is none")
    func verdicts() throws {
        let refusal = ModuleLoadingError("libA.so", .otherCompiler(module: "5.9", host: "6.3.1"))
        let verdict = String(
            decoding: try JSONEncoder().encode(ProbeAnswer.Verdict(refusal: refusal)), as: UTF8.self)
        #expect(reason(.exited(0), answer: "loading\n" + verdict) == refusal.reason)
        #expect(reason(.exited(0), answer: "loading\n{}") == nil)
        #expect(reason(.exited(0), answer: "loading\n{") == .exited(code: 0, words: ""))
    }

    @Test("A module that passed is not tried again by the same gateway, and is by another")
    func passed() async throws {
        let folder = try TemporaryFolder()
        let count = folder.path + "/count"
        let program = try folder.write("#!/bin/sh\nprintf x >>\(count)\nprintf 'loading\\n{}' >&3\n", to: "program")
        try folder.setMode(0o700, of: "program")
        try FileManager.default.createDirectory(atPath: folder.path + "/d", withIntermediateDirectories: false)
        let candidate = ModuleCandidate(
            name: "libA.so", origin: "/libA.so", digest: "d", copy: folder.path + "/d/libA.so")
        for host in ["one", "one", "two"] {
            try await ModuleProbe(executable: program, command: "probe", host: host).probe(candidate)
        }
        #expect(try String(contentsOfFile: count, encoding: .utf8) == "xx")
    }

    @Test("That a module is for tests is known at later starts too", arguments: [true, false])
    func forTests(isForTests: Bool) async throws {
        let folder = try TemporaryFolder()
        let verdict = #"{"isForTests":\#(isForTests)}"#
        let program = try folder.write("#!/bin/sh\nprintf 'loading\\n%s' '\(verdict)' >&3\n", to: "program")
        try folder.setMode(0o700, of: "program")
        try FileManager.default.createDirectory(atPath: folder.path + "/d", withIntermediateDirectories: false)
        let candidate = ModuleCandidate(
            name: "libA.so", origin: "/libA.so", digest: "d", copy: folder.path + "/d/libA.so")
        for _ in 1...2 {
            let probed = try await ModuleProbe(executable: program, command: "probe", host: "one").probe(candidate)
            #expect(probed == ProbedModule(isForTests: isForTests))
        }
    }
}
