import Glibc

/// The program simulator/paynow.py, running on a free port until ``end()``.
///
/// It is started with `posix_spawn`: Foundation's `Process` waits for an end in a run loop, which a test's thread has not.
struct Simulator {
    /// Its address.
    let base: String
    private let process: pid_t

    /// Starts it, and waits until it says where it listens.
    init() throws {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw SimulatorError("no pipe for its output") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO)
        for end in pipe { posix_spawn_file_actions_addclose(&actions, end) }
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        // Threads that Swift's tasks run on block signals, and a child inherits that: it would never hear of ``end()``.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let words = ["python3", ExamplePaths.simulator, "--id", "1201", "--key", "k-1"]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var id: pid_t = 0
        let code = posix_spawnp(&id, words[0], &actions, &attributes, &arguments, environ)
        for argument in arguments { free(argument) }
        posix_spawn_file_actions_destroy(&actions)
        posix_spawnattr_destroy(&attributes)
        close(pipe[1])
        defer { close(pipe[0]) }
        guard code == 0 else { throw SimulatorError(String(cString: strerror(code))) }
        process = id
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while read(pipe[0], &byte, 1) == 1, byte != UInt8(ascii: "\n") { line.append(byte) }
        base = String(decoding: line, as: UTF8.self)
        guard base.hasPrefix("http://127.0.0.1:") else {
            end()
            throw SimulatorError("it did not say where it listens")
        }
    }

    func end() {
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
    }
}

/// Why the simulator could not be started.
struct SimulatorError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
