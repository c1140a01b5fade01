import Foundation
import ProviderAPI

/// An append-only file of lines that several processes may share.
///
/// What ``append(_:)`` has returned from is in the kernel's hands and outlives `kill -9`. It is not synced to the disk:
/// a power cut may take the last lines along, which a provider for tests can live with and a benchmark of the gateway needs.
///
/// Every failure here is ``ProviderError/notSent(_:)`` unless said otherwise: no effect has happened when the file could
/// not take it.
final class JournalFile: Sendable {
    /// Where it is.
    let path: String
    private let descriptor: Int32
    /// Whether it was not there before.
    let isNew: Bool

    /// How long the file is, and whether its name is gone.
    struct Status: Sendable {
        let size: Int64
        let isDeleted: Bool
    }

    /// Opens the file, and makes it and its folder where they are missing. Only the owner may read it: it holds client secrets.
    init(path: String) throws(ProviderError) {
        self.path = path
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw .notSent(CallFailure("the folder of \(path) cannot be made: \(error.localizedDescription)"))
        }
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC
        let new = open(path, flags | O_EXCL, 0o600)
        isNew = new >= 0
        descriptor = isNew ? new : open(path, flags, 0o600)
        guard descriptor >= 0 else { throw Self.failure("open", path) }
    }

    deinit {
        close(descriptor)
    }

    /// Waits until no other holder of the lock is left. The lock is the open file's, so two mocks of one process exclude
    /// each other too.
    func lock() throws(ProviderError) {
        while flock(descriptor, LOCK_EX) != 0 {
            guard errno == EINTR else { throw Self.failure("lock", path) }
        }
    }

    /// Gives the lock back.
    func unlock() {
        flock(descriptor, LOCK_UN)
    }

    /// Asks the file system.
    func status() throws(ProviderError) -> Status {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("read", path) }
        return Status(size: Int64(status.st_size), isDeleted: status.st_nlink == 0)
    }

    /// Bytes from `offset` on, fewer than `count` at the end of the file.
    func read(from offset: Int64, count: Int) throws(ProviderError) -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count, let base = buffer.baseAddress {
                let got = pread(descriptor, base + filled, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                guard got > 0 else { return }
                filled += got
            }
        }
        if failed { throw Self.failure("read", path) }
        return bytes
    }

    /// Appends bytes with one write(2). Call it with the lock held and `size` being the file's.
    ///
    /// - Throws: ``ProviderError/notSent(_:)`` where nothing stays behind, ``ProviderError/unknown(_:)`` where part of it may.
    func append(_ bytes: [UInt8], at size: Int64) throws(ProviderError) {
        var written = write(descriptor, bytes, bytes.count)
        while written < 0, errno == EINTR { written = write(descriptor, bytes, bytes.count) }
        if written == bytes.count { return }
        let failure = written < 0 ? Self.message("write", path) : "\(path) cannot be written: the disk is full"
        if written > 0, ftruncate(descriptor, off_t(size)) != 0 { throw .unknown(CallFailure(failure)) }
        throw .notSent(CallFailure(failure))
    }

    /// Cuts the file. Call it with the lock held.
    func truncate(to size: Int64) throws(ProviderError) {
        guard ftruncate(descriptor, off_t(size)) == 0 else { throw Self.failure("cut", path) }
    }

    private static func failure(_ action: String, _ path: String) -> ProviderError {
        .notSent(CallFailure(message(action, path)))
    }

    private static func message(_ action: String, _ path: String) -> String {
        "\(action) of \(path) failed: \(String(cString: strerror(errno)))"
    }
}
