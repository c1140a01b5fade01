import Foundation
import Glibc

/// A process that is started for one answer, and ended when it takes too long.
///
/// It is started with `posix_spawn`: Foundation's `Process` leaks descriptors, and its `run()` reads past the end of a buffer when it
/// lists them.
package struct ShortLivedChild: Sendable {
    /// How it ended.
    package enum End: Sendable, Hashable {
        /// It exited with a code.
        case exited(Int32)
        /// A signal ended it.
        case signaled(Int32)
        /// It was ended, because it took too long.
        case tookTooLong
    }

    /// What it left.
    package struct Outcome: Sendable {
        /// How it ended.
        package let end: End
        /// What it wrote to the descriptor ``answerDescriptor``, as far as it fits.
        package let answer: [UInt8]
        /// The end of what it wrote to standard error.
        package let errors: String
    }

    /// It could not be started.
    package struct StartError: Error, CustomStringConvertible {
        /// Why.
        package let description: String
    }

    /// Where the child writes its answer. Standard output is left to code that prints.
    package static let answerDescriptor: CInt = 3

    private static let errorLimit = 4096

    /// The executable.
    package let executable: String
    /// Its arguments, without its own name.
    package let arguments: [String]
    /// The whole environment: nothing is inherited.
    package let environment: [String: String]
    /// How long it may take from its first byte of answer on; before, ``startLimit`` holds.
    package let limit: Duration
    /// How long it may take to write the first byte: a busy machine starts programs slowly.
    package let startLimit: Duration
    /// More bytes of answer than this are thrown away.
    package let answerLimit: Int

    /// A child that is not started yet.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String], limit: Duration, startLimit: Duration,
        answerLimit: Int
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.limit = limit
        self.startLimit = startLimit
        self.answerLimit = answerLimit
    }

    /// Runs it to its end, and with it whatever it has started.
    ///
    /// - Throws: ``StartError``.
    package func run() async throws -> Outcome {
        try await withCheckedThrowingContinuation { continuation in
            // It waits in system calls: none of the few threads that tasks share may be kept by that.
            Thread { continuation.resume(with: Result { try runBlocking() }) }.start()
        }
    }

    private func runBlocking() throws -> Outcome {
        let answer = try Pipe()
        let errors = try Pipe()
        let id = try spawn(answer: answer.writing, errors: errors.writing)
        answer.closeWriting()
        errors.closeWriting()

        var collector = Collector(
            descriptors: (answer.reading, errors.reading), answerLimit: answerLimit, errorLimit: Self.errorLimit)
        let isDone = collector.collect(startLimit: startLimit, limit: limit)
        // Whatever it has left behind goes with it.
        kill(-id, SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let end: End =
            if !isDone { .tookTooLong } else if status & 0x7f == 0 { .exited((status >> 8) & 0xff) } else {
                .signaled(status & 0x7f)
            }
        return Outcome(end: end, answer: collector.answer, errors: String(decoding: collector.errors, as: UTF8.self))
    }

    private func spawn(answer: CInt, errors: CInt) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, answer, Self.answerDescriptor)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = CInt(name), descriptor > Self.answerDescriptor {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own, so that it can be ended with all that it has started.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var argv: [UnsafeMutablePointer<CChar>?] = ([executable] + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, executable, &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw StartError(description: "\(executable) can't be started: \(String(cString: strerror(code)))")
        }
        return id
    }
}

/// A pipe whose ends are closed with it. It is a pair of sockets, which no other child inherits from the moment they are made:
/// a pipe that another child holds open has no end.
private final class Pipe {
    let reading: CInt
    let writing: CInt
    private var isOpenForWriting = true

    init() throws {
        var ends: [CInt] = [0, 0]
        // Both ends above the descriptors that the child is given: `adddup2` onto itself would leave it closed on exec.
        guard socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw ShortLivedChild.StartError(description: SystemError.last)
        }
        let lifted = ends.map { fcntl($0, F_DUPFD_CLOEXEC, ShortLivedChild.answerDescriptor + 1) }
        for end in ends { close(end) }
        guard lifted.allSatisfy({ $0 >= 0 }) else {
            let cause = SystemError.last
            for end in lifted where end >= 0 { close(end) }
            throw ShortLivedChild.StartError(description: cause)
        }
        (reading, writing) = (lifted[0], lifted[1])
    }

    func closeWriting() {
        if isOpenForWriting { close(writing) }
        isOpenForWriting = false
    }

    deinit {
        closeWriting()
        close(reading)
    }
}

/// Reads both pipes until both are at their end.
private struct Collector {
    private var descriptors: [pollfd]
    private let answerLimit: Int
    private let errorLimit: Int
    private(set) var answer: [UInt8] = []
    private(set) var errors: [UInt8] = []

    init(descriptors: (answer: CInt, errors: CInt), answerLimit: Int, errorLimit: Int) {
        self.descriptors = [descriptors.answer, descriptors.errors].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        self.answerLimit = answerLimit
        self.errorLimit = errorLimit
    }

    /// False where the time was over before the end of both.
    mutating func collect(startLimit: Duration, limit: Duration) -> Bool {
        var end = ContinuousClock.now + startLimit
        var hasBegun = false
        while descriptors.contains(where: { $0.fd >= 0 }) {
            let rest = ContinuousClock.now.duration(to: end)
            guard rest > .zero else { return false }
            let ready = poll(&descriptors, nfds_t(descriptors.count), Int32(min(rest / .milliseconds(1), 1_000)) + 1)
            guard ready > 0 else { continue }
            for index in descriptors.indices where descriptors[index].revents != 0 { take(from: index) }
            if !hasBegun, !answer.isEmpty {
                hasBegun = true
                end = ContinuousClock.now + limit
            }
        }
        return true
    }

    private mutating func take(from index: Int) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        let count = read(descriptors[index].fd, &buffer, buffer.count)
        if count < 0, errno == EINTR { return }
        // poll passes over a negative descriptor.
        guard count > 0 else {
            descriptors[index].fd = -1
            return
        }
        if index == 0 {
            answer += buffer.prefix(min(count, answerLimit - answer.count))
        } else {
            errors = (errors + buffer.prefix(count)).suffix(errorLimit)
        }
    }
}
