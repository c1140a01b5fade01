import GRDBSQLite
import GatewayCore

/// A value that a statement takes for one of its question marks.
///
/// Bound straight to SQLite: on the writer's one thread, GRDB's arguments, which are checked by name and number and bound by nested
/// closures, cost more than most of the statements that they are for.
protocol SQLiteBindable {
    /// Binds the value to the next question mark.
    ///
    /// - Returns: SQLite's result code.
    func bind(to binding: inout SQLiteBinding) -> Int32
}

/// The question marks of a statement, bound one after the other.
struct SQLiteBinding {
    private let statement: OpaquePointer
    private var index: Int32 = 0
    /// Memory for texts, which lives until the statement has been reset.
    private var texts: UnsafeMutableBufferPointer<UInt8>

    /// SQLite reads the value where it is.
    private static let kept = unsafeBitCast(0, to: sqlite3_destructor_type.self)
    /// SQLite makes a copy of its own, because a Swift value may be gone by the time that the statement runs.
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// - Parameter texts: memory that lives until the statement has been reset. What has no room there SQLite copies.
    init(of statement: OpaquePointer, texts: UnsafeMutableBufferPointer<UInt8>) {
        self.statement = statement
        self.texts = texts
    }

    /// Binds a value.
    mutating func bind(_ value: any SQLiteBindable) -> Int32 {
        index += 1
        return value.bind(to: &self)
    }

    fileprivate func bind(_ number: Int64) -> Int32 { sqlite3_bind_int64(statement, index, number) }

    fileprivate func bindNull() -> Int32 { sqlite3_bind_null(statement, index) }

    fileprivate mutating func bind(text utf8: UnsafeBufferPointer<UInt8>) -> Int32 {
        guard let start = utf8.baseAddress else { return sqlite3_bind_text(statement, index, "", 0, Self.copied) }
        let count = utf8.count
        guard count <= texts.count, let place = texts.baseAddress else {
            return start.withMemoryRebound(to: CChar.self, capacity: count) {
                sqlite3_bind_text(statement, index, $0, Int32(count), Self.copied)
            }
        }
        place.update(from: start, count: count)
        texts = UnsafeMutableBufferPointer(rebasing: texts[count...])
        return place.withMemoryRebound(to: CChar.self, capacity: count) {
            sqlite3_bind_text(statement, index, $0, Int32(count), Self.kept)
        }
    }

    fileprivate func bind(blob bytes: UnsafeRawBufferPointer) -> Int32 {
        // No address would be bound as NULL.
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, index, 0) }
        return sqlite3_bind_blob(statement, index, start, Int32(bytes.count), Self.copied)
    }
}

extension Int64: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { binding.bind(self) }
}

extension Int: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { binding.bind(Int64(self)) }
}

extension String: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 {
        var text = self
        return text.withUTF8 { binding.bind(text: $0) }
    }
}

extension Identifier: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { text.bind(to: &binding) }
}

extension Subject: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { text.bind(to: &binding) }
}

/// A BLOB.
extension [UInt8]: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { withUnsafeBytes { binding.bind(blob: $0) } }
}

extension Optional: SQLiteBindable where Wrapped: SQLiteBindable {
    func bind(to binding: inout SQLiteBinding) -> Int32 { self?.bind(to: &binding) ?? binding.bindNull() }
}
