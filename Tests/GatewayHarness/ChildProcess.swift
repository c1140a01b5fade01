package import Foundation
import Glibc
import Synchronization

/// How a process ended.
package enum ProcessEnd: Sendable, Hashable {
    /// It exited with a code.
    case exited(Int32)
    /// A signal ended it.
    case signaled(Int32)
}

/// A process that a test started, with its output in files.
///
/// It is started with `posix_spawn` and not with Foundation's `Process`: file descriptors of other tests must not leak into
/// it, and nothing but this object may wait for it. Besides, `Process.run()` of swift-corelibs-foundation lists the open
/// descriptors by copying whole `dirent` records, whose names end before the record's 256 bytes do: now and then that reads past
/// the end of the heap, and the tests die of SIGSEGV.
package final class ChildProcess: Sendable {
    /// Its id.
    package let id: pid_t
    private let end = Mutex<ProcessEnd?>(nil)

    /// Starts an executable in `folder`.
    ///
    /// - Parameters:
    ///   - environment: all of it; nothing is inherited.
    ///   - output: the file that standard output goes to; it is appended to.
    ///   - errors: the same for standard error.
    /// - Throws: ``HarnessError`` where it cannot be started.
    package init(
        _ executable: URL, _ arguments: [String], environment: [String: String], folder: URL, output: String, errors: String
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let append = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, append, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors, append, 0o600)
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            if let descriptor = Int32(name), descriptor > STDERR_FILENO {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The threads that Swift's tasks run on block signals, and a child inherits that: SIGTERM would never arrive.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        // A group of its own: Ctrl-C in a terminal ends the tests, and they end what they started.
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))

        guard FileManager.default.isExecutableFile(atPath: executable.path) else {
            throw HarnessError("there is no executable \(executable.path); `make test` builds what is needed")
        }
        // The soft limit of open files is that of a login. POSIX has no way to say the folder; the shell makes way for the executable, which keeps the process id.
        let script = ["/bin/sh", "-c", #"ulimit -c 0; ulimit -S -n 1024; cd "$0" && exec "$@""#, folder.path, executable.path]
        var argv: [UnsafeMutablePointer<CChar>?] = (script + arguments).map { strdup($0) } + [nil]
        var envp: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, script[0], &actions, &attributes, &argv, &envp)
        guard code == 0 else {
            throw HarnessError("cannot start \(executable.path): \(String(cString: strerror(code)))")
        }
        id = child
    }

    /// How it ended; nil while it runs.
    package var ended: ProcessEnd? {
        end.withLock { end in
            if end == nil {
                var status: Int32 = 0
                if waitpid(id, &status, WNOHANG) == id {
                    end = status & 0x7f == 0 ? .exited((status >> 8) & 0xff) : .signaled(status & 0x7f)
                }
            }
            return end
        }
    }

    /// Sends a signal, unless it has ended: its id may be another's by then.
    package func send(_ signal: Int32) {
        guard ended == nil else { return }
        Glibc.kill(id, signal)
    }

    /// Waits for its end, also in a cancelled task.
    ///
    /// - Returns: nil where it still runs after `limit`.
    package func waitForEnd(within limit: Duration) async -> ProcessEnd? {
        try? await onOwnThread { [self] in
            let end = ContinuousClock.now + limit
            while ended == nil, ContinuousClock.now < end { usleep(5000) }
            return ended
        }
    }

    /// Ends it: SIGTERM, and SIGKILL where that does not help.
    package func stop(within limit: Duration = .seconds(5)) async {
        send(SIGTERM)
        if await waitForEnd(within: limit) == nil {
            send(SIGKILL)
            _ = await waitForEnd(within: .seconds(5))
        }
    }
}
