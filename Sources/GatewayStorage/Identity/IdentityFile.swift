import Foundation
import ProviderAPI
import Synchronization

/// The file beside a database, `<database>.identity`, that a copy of the database does not have.
///
/// It holds the same token as the database, which is another one after each start, and the highest numbers that were given out. The
/// numbers are written after each commit, before its units are answered, and are not synced: after the end of a process they are exact,
/// after a power cut they may be old. They are never ahead of a database that has lost nothing.
///
/// Its text is of one length, below a disk's sector, so that a write within it is whole or not there.
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

    private let descriptor: Mutex<CInt?>
    private let numbersOffset: Int
    private let last = Mutex<HighestNumbers?>(nil)

    /// Opens the file to record numbers. It must be there.
    ///
    /// - Throws: ``DatabaseOpenError/cannotOpen(path:reason:)``.
    init(databasePath: String, content: Content) throws {
        let path = Self.path(ofDatabase: databasePath)
        let opened = open(path, O_WRONLY | O_CLOEXEC)
        guard opened >= 0 else { throw DatabaseOpenError.cannotOpen(path: path, reason: SystemError.text(errno)) }
        descriptor = Mutex(opened)
        numbersOffset = Self.head(of: content).utf8.count
    }

    deinit { close() }

    /// Records numbers, where they have changed. A failure is ignored: the file then only proves less.
    func record(_ numbers: HighestNumbers) {
        let isNew = last.withLock { last in
            defer { last = numbers }
            return last != numbers
        }
        guard isNew else { return }
        let text = Array(Self.tail(of: numbers).utf8)
        descriptor.withLock { descriptor in
            if let descriptor { _ = pwrite(descriptor, text, text.count, off_t(numbersOffset)) }
        }
    }

    /// Closes the file.
    func close() {
        descriptor.withLock { descriptor in
            if let open = descriptor { _ = Foundation.close(open) }
            descriptor = nil
        }
    }

    // MARK: The whole text

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
        guard let content = content(of: String(decoding: data, as: UTF8.self)) else {
            throw DatabaseOpenError.isCopy(path: databasePath, reason: "\(path) can't be read: it was cut off or edited")
        }
        return content
    }

    /// Writes the file of a database and syncs it.
    ///
    /// - Throws: ``DatabaseOpenError/cannotOpen(path:reason:)``.
    static func write(_ content: Content, databasePath: String) throws {
        let path = path(ofDatabase: databasePath)
        let text = Array((head(of: content) + tail(of: content.numbers)).utf8)
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

    private static func head(of content: Content) -> String {
        """
        \(title)
        installation \(content.installation)
        token \(content.token ?? none)
        next \(content.next ?? none)

        """
    }

    private static func tail(of numbers: HighestNumbers) -> String {
        "orders \(digits(numbers.orders))\noperations \(digits(numbers.operations))\nhistory \(digits(numbers.history))\n"
    }

    /// As many digits as the highest number has.
    private static func digits(_ number: Int64) -> String {
        let digits = String(max(0, number))
        return String(repeating: "0", count: 19 - digits.utf8.count) + digits
    }

    private static func content(of text: String) -> Content? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 8, lines[0] == title, lines[7].isEmpty else { return nil }
        let names = ["installation", "token", "next", "orders", "operations", "history"]
        var values: [String] = []
        for (name, line) in zip(names, lines.dropFirst()) {
            guard line.hasPrefix(name + " ") else { return nil }
            values.append(String(line.dropFirst(name.count + 1)))
        }
        guard let orders = Int64(values[3]), let operations = Int64(values[4]), let history = Int64(values[5]) else { return nil }
        return Content(
            installation: values[0], token: values[1] == none ? nil : values[1], next: values[2] == none ? nil : values[2],
            numbers: HighestNumbers(orders: orders, operations: operations, history: history))
    }
}
