import Foundation
import ProviderAPI

extension MockService {
    /// `ledger [--json]`: this account's effects, without client secrets.
    func runLedger(_ arguments: [String]) throws(ProviderError) -> String {
        guard arguments.isEmpty || arguments == ["--json"] else { throw Self.usage("ledger [--json]") }
        let (file, size) = try ledger.look { books throws(ProviderError) in (books.file, books.size) }
        // Outside the lock: a long journal must not hold up payments.
        let lines = try Books.entries(in: file, upTo: size).filter { $0.provider == host.name }.map(LedgerLine.init)
        if arguments.isEmpty { return lines.isEmpty ? "The journal is empty." : LedgerLine.table(lines) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return String(decoding: try encoder.encode(lines), as: UTF8.self)
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the journal cannot be shown as JSON"))
        }
    }
}

/// An effect as testers see it.
private struct LedgerLine: Encodable {
    let time: String
    let operation: String
    let idempotencyKey: String?
    let object: String
    let amount: Int64
    let currency: String
    let paymentIntent: String
    let events: [String]

    enum CodingKeys: String, CodingKey {
        case time, operation, object, amount, currency, events
        case idempotencyKey = "idempotency_key"
        case paymentIntent = "payment_intent"
    }

    init(_ entry: JournalEntry) {
        time = entry.time.rfc3339
        operation = entry.effect.rawValue
        idempotencyKey = entry.idempotencyKey
        object = entry.object
        amount = entry.amount
        currency = entry.intent.currency.code
        paymentIntent = entry.intent.id
        events = entry.events.map(\.type.rawValue)
    }

    /// Columns as wide as their widest cell. Amounts are in minor units.
    static func table(_ lines: [LedgerLine]) -> String {
        let rows =
            [["TIME", "OPERATION", "OBJECT", "AMOUNT", "KEY", "EVENTS"]]
            + lines.map { line in
                [
                    line.time, line.operation, line.object, "\(line.amount) \(line.currency)", line.idempotencyKey ?? "-",
                    line.events.isEmpty ? "-" : line.events.joined(separator: " "),
                ]
            }
        let widths = rows[0].indices.dropLast().map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return (cells + row.suffix(1)).joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension Books {
    /// All lines of a journal up to a size.
    fileprivate static func entries(in file: JournalFile, upTo size: Int64) throws(ProviderError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for line in try file.read(from: 0, count: Int(size)).split(separator: UInt8(ascii: "\n")) {
            entries.append(try entry(at: JournalSlice(offset: Int64(line.startIndex), length: Int32(line.count)), in: file))
        }
        return entries
    }
}
