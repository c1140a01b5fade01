import ProviderAPI

/// An effect as testers see it.
struct LedgerLine: Encodable {
    /// By the wall clock.
    let time: String
    /// By the mock's clock.
    let clock: String
    let operation: String
    let idempotencyKey: String?
    let object: String
    let amount: Int64
    let currency: String
    let paymentIntent: String
    let events: [String]
    /// Left out where the payment belongs to no test.
    let testID: String?

    enum CodingKeys: String, CodingKey {
        case time, clock, operation, object, amount, currency, events
        case idempotencyKey = "idempotency_key"
        case paymentIntent = "payment_intent"
        case testID = "test_id"
    }

    init(_ entry: JournalEntry) {
        time = entry.time.rfc3339
        clock = entry.clock.rfc3339
        operation = entry.effect.rawValue
        idempotencyKey = entry.idempotencyKey
        object = entry.object
        amount = entry.amount
        currency = entry.intent.currency.code
        paymentIntent = entry.intent.id
        events = entry.events.map(\.type.rawValue)
        testID = entry.intent.testID
    }

    /// Columns as wide as their widest cell. The time is the mock's clock's, amounts are in minor units.
    static func table(_ lines: [LedgerLine]) -> String {
        let rows =
            [["TIME", "OPERATION", "OBJECT", "AMOUNT", "KEY", "EVENTS"]]
            + lines.map { line in
                [
                    line.clock, line.operation, line.object, "\(line.amount) \(line.currency)", line.idempotencyKey ?? "-",
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
