import Foundation
import ProviderAPI
import Synchronization

/// The file beside a database, `<database>.identity`, that a copy of the database does not have.
///
/// It holds the same token as the database, which is another one after each start, and the highest numbers that were given out. The
/// numbers are written after each commit, before its units are answered, and are not synced: after the end of a process they are exact,
/// after a power cut they may be old. They are never ahead of a database that has lost nothing.
///
/// Lines of text, filled up to ``headSize`` bytes with line feeds, are followed by the numbers of orders, operations and lines of history,
/// eight bytes each, the lowest first. While the database is served the numbers are written through a mapping: each store is whole or not
/// there, however the process ends, and costs no call of the kernel. (As with SQLite's `-shm`, who cuts the file off ends the process.)
/// The file is below a disk's sector, so that a write within it is whole or not there.
final class IdentityFile: Sendable {
    /// What the file says.
    struct Content: Sendable, Hashable {
        /// The database's own id: see ``GatewayCore/GatewayStore/installation``.
        var installation: String
        /// The token that the database has; nil while the first start is giving it one.
        var token: String?
        /// The token that a start is about to give the database.
        var next: String?
        /// The highest numbers that were given out.
        var numbers: HighestNumbers
    }

    /// The file of a database.
    static func path(ofDatabase path: String) -> String { path + ".identity" }

    /// The mapping, while the file is open.
    private let mapping: Mutex<Mapping?>

    /// A page of memory that is the file. It is used under the lock only.
    private struct Mapping: @unchecked Sendable {
        let start: UnsafeMutableRawPointer
        let size: Int
        var numbers: HighestNumbers
    }

    /// Opens the file to record numbers. It must be there.
    ///
    /// - Throws: ``DatabaseOpenError/cannotOpen(path:reason:)``.
    init(databasePath: String, content: Content) throws {
        let path = Self.path(ofDatabase: databasePath)
        let opened = open(path, O_RDWR | O_CLOEXEC)
        guard opened >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        // A mapping stays when its descriptor is closed.
        defer { _ = Foundation.close(opened) }
        guard let start = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, opened, 0), start != MAP_FAILED else {
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno))
        }
        mapping = Mutex(Mapping(start: start, size: Self.size, numbers: content.numbers))
    }

    deinit { close() }

    /// Records numbers, where they have changed.
    func record(_ numbers: HighestNumbers) {
        mapping.withLock { mapping in
            guard let start = mapping?.start, mapping?.numbers != numbers else { return }
            mapping?.numbers = numbers
            for (index, number) in numbers.all.enumerated() {
                start.storeBytes(of: number.littleEndian, toByteOffset: Self.headSize + 8 * index, as: Int64.self)
            }
        }
    }

    /// Closes the file.
    func close() {
        mapping.withLock { mapping in
            if let open = mapping { munmap(open.start, open.size) }
            mapping = nil
        }
    }

    // MARK: The whole file

    /// Reads the file of a database.
    ///
    /// - Returns: nil where there is none.
    /// - Throws: ``DatabaseOpenError/isCopy(path:reason:)`` where its text is not one of these, ``DatabaseOpenError/cannotOpen(path:reason:)``.
    static func read(databasePath: String) throws -> Content? {
        let path = path(ofDatabase: databasePath)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(EACCES))
        }
        guard let content = content(of: Array(data)) else {
            throw DatabaseOpenError.isCopy(path: databasePath, reason: "\(path) can't be read: it was cut off or edited")
        }
        return content
    }

    /// Writes the file of a database and syncs it.
    ///
    /// - Throws: ``DatabaseOpenError/cannotOpen(path:reason:)``.
    static func write(_ content: Content, databasePath: String) throws {
        let path = path(ofDatabase: databasePath)
        let text = bytes(of: content)
        if try overwrite(path, with: text) { return }
        let new = path + ".new"
        unlink(new)
        let descriptor = open(new, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DatabaseOpenError.cannotOpen(path: new, reason: SystemError.text(errno)) }
        defer { _ = Foundation.close(descriptor) }
        guard pwrite(descriptor, text, text.count, 0) == text.count, fsync(descriptor) == 0, rename(new, path) == 0 else {
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno))
        }
        try FileSync.folder(of: path)
    }

    /// Writes over a file of the same size, which needs no room on the disk.
    ///
    /// - Returns: false where there is no file of this size.
    private static func overwrite(_ path: String, with text: [UInt8]) throws -> Bool {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { _ = Foundation.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == text.count else { return false }
        guard pwrite(descriptor, text, text.count, 0) == text.count, fdatasync(descriptor) == 0 else {
            throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno))
        }
        return true
    }

    private static let title = "payment-gateway database identity 1: belongs to the database beside it, never to a copy"
    private static let none = String(repeating: "-", count: 32)

    /// How many bytes the lines of text take, those that fill them up included.
    static let headSize = 256
    private static let size = headSize + 24

    private static func bytes(of content: Content) -> [UInt8] {
        let text = """
            \(title)
            installation \(content.installation)
            token \(content.token ?? none)
            next \(content.next ?? none)

            """
        var bytes = Array(text.utf8)
        bytes += repeatElement(UInt8(ascii: "\n"), count: headSize - bytes.count)
        for number in content.numbers.all { withUnsafeBytes(of: number.littleEndian) { bytes += $0 } }
        return bytes
    }

    private static func content(of bytes: [UInt8]) -> Content? {
        guard bytes.count == size else { return nil }
        let lines = String(decoding: bytes.prefix(headSize), as: UTF8.self).split(separator: "\n")
        guard lines.count == 4, lines[0] == title else { return nil }
        var values: [String] = []
        for (name, line) in zip(["installation", "token", "next"], lines.dropFirst()) {
            guard line.hasPrefix(name + " ") else { return nil }
            values.append(String(line.dropFirst(name.count + 1)))
        }
        let numbers = bytes.withUnsafeBytes { bytes in
            (0..<3).map { Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: headSize + 8 * $0, as: Int64.self)) }
        }
        guard numbers.allSatisfy({ $0 >= 0 }) else { return nil }
        return Content(
            installation: values[0], token: values[1] == none ? nil : values[1], next: values[2] == none ? nil : values[2],
            numbers: HighestNumbers(orders: numbers[0], operations: numbers[1], history: numbers[2]))
    }
}
