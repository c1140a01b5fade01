import Foundation
import Testing

@testable import ProviderLoading

@Suite("A process that is started for one answer", .timeLimit(.minutes(10)))
struct ShortLivedChildTests {
    private func outcome(
        _ script: String, limit: Duration = .seconds(300), answerLimit: Int = 1000
    ) async throws -> ShortLivedChild.Outcome {
        try await ShortLivedChild(
            "/bin/sh", ["-c", script], environment: ["GREETING": "hello"], limit: limit, startLimit: .seconds(300),
            answerLimit: answerLimit
        ).run()
    }

    @Test("It has the environment that it is given and no other, and its answer comes back")
    func answer() async throws {
        let outcome = try await outcome("echo $GREETING $HOME >&3; echo printed; echo wrong >&2; exit 3")
        #expect(outcome.end == .exited(3))
        #expect(String(decoding: outcome.answer, as: UTF8.self) == "hello\n")
        #expect(outcome.errors == "wrong\n")
    }

    @Test("A signal that ends it is told")
    func signal() async throws {
        #expect(try await outcome("kill -ILL $$").end == .signaled(4))
    }

    @Test("One that takes too long is ended with all that it has started, from its first byte of answer on")
    func limit() async throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/id"
        let outcome = try await outcome("sleep 6000 & echo $! >\(file); echo x >&3; sleep 6000", limit: .milliseconds(50))
        #expect(outcome.end == .tookTooLong && outcome.answer == Array("x\n".utf8))
        let id = try #require(Int32(try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .newlines)))
        // A process that was killed and that nobody has waited for yet shows as a zombie.
        let limit = ContinuousClock.now + .seconds(300)
        func isRunning() -> Bool {
            guard let status = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8) else { return false }
            return !status.contains(") Z ")
        }
        while isRunning(), ContinuousClock.now < limit { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!isRunning())
    }

    @Test("An answer without an end and endless complaints are cut")
    func bounds() async throws {
        let outcome = try await outcome("head -c 100000 /dev/zero >&3; head -c 100000 /dev/zero >&2; echo last >&2")
        #expect(outcome.end == .exited(0))
        #expect(outcome.answer.count == 1000)
        #expect(outcome.errors.utf8.count == 4096 && outcome.errors.hasSuffix("last\n"))
    }

    @Test("An executable that is not there is an error")
    func missing() async throws {
        let child = ShortLivedChild(
            "/nonexistent", [], environment: [:], limit: .seconds(1), startLimit: .seconds(1), answerLimit: 1)
        await #expect(throws: ShortLivedChild.StartError.self) { _ = try await child.run() }
    }
}
