/// Which status of a payment can follow which, why, and on which condition: data that the diagram in docs/clients.md, the tests and the
/// torture checker share.
///
/// The table has a row for each pair of different statuses that one step of ``Lifecycle/evolve(_:by:)`` can lead to. It says so of the
/// rules, which do not read it: the explorer holds every step of them to its rows, causes and conditions, and the torture checker every
/// line of history.
package enum TransitionTable {
    /// What moves a payment.
    package enum Cause: String, Sendable, Hashable, CaseIterable {
        /// A request of a client, or the gateway's own operation.
        case request
        /// The answer of a provider to a call.
        case answer
        /// An object that the gateway fetched, or that a webhook showed.
        case observation
        /// A word of an operator.
        case operatorWord = "operator"
    }

    /// What must hold where a payment goes this way.
    package enum Condition: Sendable, Hashable {
        /// An operator had declared the payment captured, and the provider shows otherwise.
        case declaredBefore
        /// The step shows a discrepancy, which an operator may have accepted, and which closes where all money is back.
        case showsDiscrepancy
    }

    /// One row.
    package struct Row: Sendable, Hashable {
        /// The status before.
        package let from: PaymentStatus
        /// The status after.
        package let to: PaymentStatus
        /// What can lead from one to the other.
        package let causes: [Cause]
        /// What must hold; nil where nothing more must.
        package let condition: Condition?

        init(from: PaymentStatus, to: PaymentStatus, causes: [Cause], where condition: Condition? = nil) {
            (self.from, self.to, self.causes, self.condition) = (from, to, causes, condition)
        }
    }

    /// The statuses in which a payment can still be paid, in the order of a life without errors.
    package static let open: [PaymentStatus] = [
        .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .failed, .requiresCapture,
    ]
    /// The statuses in which a payment can stay.
    package static let final: [PaymentStatus] = [.canceled, .succeeded, .partiallyRefunded, .refunded]

    /// All rows.
    package static let rows: [Row] = {
        var rows: [Row] = []
        for from in open {
            // The provider decides, and its news can skip any step between.
            for to in open where to != from {
                rows.append(Row(from: from, to: to, causes: [.request, .answer, .observation, .operatorWord]))
            }
            rows.append(Row(from: from, to: .canceled, causes: [.request, .answer, .observation, .operatorWord]))
            rows.append(Row(from: from, to: .succeeded, causes: [.answer, .observation, .operatorWord]))
            // A refund in the same answer, for example after an outage.
            rows.append(Row(from: from, to: .partiallyRefunded, causes: [.answer, .observation]))
            rows.append(Row(from: from, to: .refunded, causes: [.answer, .observation]))
        }
        let paid: [PaymentStatus] = [.succeeded, .partiallyRefunded, .refunded]
        for from in paid {
            // A refund succeeds, or fails after it had succeeded; a later look shows that more was captured.
            for to in paid where to != from {
                rows.append(Row(from: from, to: to, causes: [.answer, .observation, .operatorWord]))
            }
            for to in open + [.canceled] {
                rows.append(Row(from: from, to: to, causes: [.answer, .observation], where: .declaredBefore))
            }
            // The provider shows money on a payment that was canceled.
            rows.append(Row(from: .canceled, to: from, causes: [.answer, .observation], where: .showsDiscrepancy))
        }
        return rows
    }()

    /// Returns the row of a step; nil where a payment cannot go this way, or stays where it is.
    package static func row(_ from: PaymentStatus, _ to: PaymentStatus) -> Row? { rows.first { $0.from == from && $0.to == to } }

    /// Returns whether a payment can go from one status to the other. It can always stay where it is.
    package static func allows(_ from: PaymentStatus, _ to: PaymentStatus) -> Bool { from == to || row(from, to) != nil }

    /// Returns whether a payment in this status can reach a final one by these causes alone.
    package static func reachesFinal(from status: PaymentStatus, by causes: [Cause]) -> Bool {
        var reached: [PaymentStatus] = [status]
        var next = 0
        while next < reached.count {
            if final.contains(reached[next]) { return true }
            for row in rows
            where row.from == reached[next] && !reached.contains(row.to) && row.causes.contains(where: causes.contains) {
                reached.append(row.to)
            }
            next += 1
        }
        return false
    }

    /// The diagram of docs/clients.md in Mermaid's notation: the way of a payment without exceptions, then the exceptions.
    package static let mermaid: String = {
        var lines = ["stateDiagram-v2", "    [*] --> open", "    state open {", "        [*] --> requires_payment_method"]
        lines += usual.map { "        \($0.from.rawValue) --> \($0.to.rawValue): \($0.label)" }
        lines += ["    }"]
        lines += ends.map { "    \($0.from) --> \($0.to.rawValue): \($0.label)" }
        return lines.joined(separator: "\n") + "\n"
    }()

    private static let usual: [(from: PaymentStatus, to: PaymentStatus, label: String)] = [
        (.requiresPaymentMethod, .processing, "confirm"),
        (.requiresConfirmation, .processing, "confirm"),
        (.requiresPaymentMethod, .requiresAction, "confirm"),
        (.requiresAction, .processing, "the payer acts"),
        (.processing, .requiresCapture, "authorized"),
        (.processing, .failed, "declined"),
        (.failed, .processing, "confirm again"),
    ]
    private static let ends: [(from: String, to: PaymentStatus, label: String)] = [
        ("open", .succeeded, "captured"),
        ("open", .canceled, "canceled or expired"),
        ("succeeded", .partiallyRefunded, "refund"),
        ("succeeded", .refunded, "refund"),
        ("partially_refunded", .refunded, "refund"),
        ("partially_refunded", .succeeded, "a refund failed after all"),
        ("refunded", .partiallyRefunded, "a refund failed after all"),
        ("refunded", .succeeded, "a refund failed after all"),
        ("canceled", .succeeded, "paid after all, with a review"),
    ]
}
