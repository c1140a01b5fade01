import Foundation
import TortureBooks

extension Doctoring {
    /// I1.
    static let effects: [Doctoring] = [
        Doctoring(.i1, "2 effects under the provider's key") { books in
            books.journal += books.journal.filter(Line.operation(2).matches)
        },
        Doctoring(.i1, "has no key", line: .operation(1)) { line in
            guard let start = line.range(of: #""idempotency_key":"#), let end = line.range(of: #""object""#) else { return line }
            return line.replacingCharacters(in: start.lowerBound..<end.lowerBound, with: "")
        },
        Doctoring(.i1, "no operation's of this database", line: .operation(13)) { $0.with(#"-13","#, #"-99","#) },
        Doctoring(.i1, "under the key of operation 13, a capture", sql: "UPDATE operations SET kind = 'capture' WHERE id = 13"),
        Doctoring(
            .i1, "its operation 12 about pi_other",
            sql: "UPDATE payment_transactions SET payment_intent_id = 'pi_other' WHERE id = 4"),
        Doctoring(.i1, "has the key of operation 3 and the operation", line: .operation(3)) {
            $0.with(#"-3"},"created""#, #"-4"},"created""#)
        },
        Doctoring(.i1, "-4 made re_mock", line: .operation(3)) { $0.with(#"-3"},"created""#, #"-4"},"created""#) },
        Doctoring(
            .i1, "the operations 3 and 4 of one idempotency key (twice)",
            sql: "UPDATE operations SET idempotency_key = 'twice' WHERE id = 3"),
        Doctoring(
            .i1, "order 1 is paid by transactions 1 and 3, and no discrepancy was opened",
            sql: "UPDATE payment_transactions SET order_id = 1 WHERE id = 3"),
        Doctoring(
            .i1, "transaction 5 can be paid beside transaction 1 of its order, which is paid",
            sql: "UPDATE payment_transactions SET order_id = 1 WHERE id = 5"),
    ]
}
