import Foundation
import Synchronization

/// The lock file beside a database, `<database>.lock`: at most one gateway writes to a file.
///
/// It is an advisory `flock(2)`, which the kernel gives up with the process, however that ends; a file left behind locks nothing.
/// The file holds the holder's process id, for the message to whoever comes second.
package final class DatabaseLock: Sendable {
    /// The lock file.
    package let path: String
    private let descriptor: Mutex<CInt?>

    /// Takes the lock of a database, without waiting.
    ///
    /// - Throws: ``DatabaseOpenError/inUse(path:holder:)`` where another process has it, ``DatabaseOpenError/cannotOpen(path:reason:)``
    ///   where the file can't be made.
    package init(databasePath: String) throws {
        path = databasePath + ".lock"
        // Close-on-exec: a child process must not keep the lock of a gateway that is gone.
        let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            let holder = Self.processID(in: opened)
            close(opened)
            guard code == EWOULDBLOCK else {
                throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(code))
            }
            throw DatabaseOpenError.inUse(path: databasePath, holder: holder)
        }
        let line = Array("\(getpid())\n".utf8)
        guard ftruncate(opened, 0) == 0, pwrite(opened, line, line.count, 0) == line.count else {
            let code = errno
            close(opened)
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(code))
        }
        descriptor = Mutex(opened)
    }

    deinit { release() }

    /// Gives the lock up. The file stays: removing it would race with another who has just opened it.
    package func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    private static func processID(in descriptor: CInt) -> Int? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int(String(decoding: bytes.prefix(count), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}

/// Words for the system's error numbers.
enum SystemError {
    static func text(_ code: CInt) -> String { String(cString: strerror(code)) }
}
