import Foundation
import ProviderAPI

/// The idempotency keys under which the mock has stored a 500 without an effect, in a file beside the journal, which holds
/// nothing but effects.
///
/// Deriving them from the scenarios would not do: one that strikes the first call only, or that was taken out of the settings
/// since, has still left its answer under the key.
struct StoredErrors: Sendable {
    /// A line of the file.
    private struct Line: Codable {
        let time: String
        let provider: String
        let idempotencyKey: String
        let request: String
        var status = 500

        enum CodingKeys: String, CodingKey {
            case time, provider, request, status
            case idempotencyKey = "idempotency_key"
        }
    }

    private struct Use {
        let time: Timestamp
        let fingerprint: String
    }

    private let account: String
    private var file: JournalFile
    /// How much of the file has been taken in.
    private var size: Int64 = 0
    private var uses: [String: Use] = [:]

    /// Opens the file beside the journal at this path; ``catchUp()`` reads it.
    init(besideJournal path: String, account: String) throws(ProviderError) {
        self.account = account
        file = try JournalFile(path: path + ".answers")
    }

    /// Takes in what was written since, by other processes too. Only with the journal locked, which this file has no lock beside.
    mutating func catchUp() throws(ProviderError) {
        let status = try file.status()
        if status.isDeleted || status.size < size {
            file = try JournalFile(path: file.path)
            size = 0
            uses = [:]
        }
        let end = try file.status().size
        guard size < end else { return }
        let bytes = try file.read(from: size, count: Int(end - size))
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        for line in bytes[..<whole].split(separator: UInt8(ascii: "\n")) { try takeIn(line) }
        size += Int64(whole)
        // The lock says that nobody is still writing it: a power cut took the rest.
        if size < end { try file.truncate(to: size) }
    }

    /// The fingerprint of the request under whose key a 500 is stored; nil where none is remembered.
    func fingerprint(under key: String, at now: Timestamp) -> String? {
        guard let use = uses[key], now.duration(since: use.time) < KeyMemory.span else { return nil }
        return use.fingerprint
    }

    /// Stores a 500 under the key. Only after ``catchUp()``, with the journal still locked.
    mutating func store(under key: String, fingerprint: String, at now: Timestamp) throws(ProviderError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let line = Line(time: now.rfc3339, provider: account, idempotencyKey: key, request: fingerprint)
        guard let text = try? encoder.encode(line) else {
            throw .notSent(CallFailure("an answer cannot be written as JSON"))
        }
        let bytes = Array(text) + [UInt8(ascii: "\n")]
        try file.append(bytes, at: size)
        size += Int64(bytes.count)
        uses[key] = Use(time: now, fingerprint: fingerprint)
    }

    private mutating func takeIn(_ bytes: ArraySlice<UInt8>) throws(ProviderError) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)), let time = Timestamp(rfc3339: line.time) else {
            throw .notSent(CallFailure("\(file.path) holds a line that is no answer of the mock's; move the file away"))
        }
        guard line.provider == account else { return }
        uses[line.idempotencyKey] = Use(time: time, fingerprint: line.request)
    }
}
