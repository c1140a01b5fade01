import GatewayCore

/// What an audit of the history has found.
package struct HistoryAudit: Sendable, Hashable {
    /// One thing that does not hold.
    package struct Finding: Sendable, Hashable {
        /// The line of history where it shows; nil where a line is missing altogether.
        package var line: Int64?
        /// The payment that it is about.
        package var payment: Int64?
        /// What does not hold.
        package var text: String
    }

    /// How many payments, lines and roots were checked.
    package fileprivate(set) var payments = 0
    package fileprivate(set) var lines = 0
    /// The number of the last line; 0 where there is none.
    package fileprivate(set) var lastLine: Int64 = 0
    package fileprivate(set) var roots = 0
    /// How many of the lines are from before the chain: only the first root covers them.
    package fileprivate(set) var linesBeforeChain = 0
    /// Of how many lines the personal data was erased.
    package fileprivate(set) var erasedLines = 0
    /// The newest root; nil where none was made yet.
    package fileprivate(set) var newestRoot: HistoryRoot?
    /// What does not hold, by line, at most ``limit``.
    package fileprivate(set) var findings: [Finding] = []

    /// More findings than these are not kept.
    package static let limit = 100

    fileprivate mutating func report(_ text: String, line: Int64? = nil, payment: Int64? = nil) {
        guard findings.count < Self.limit else { return }
        findings.append(Finding(line: line, payment: payment, text: text))
    }

    /// The findings in the order of their lines; those without a line come last.
    fileprivate mutating func sort() {
        findings.sort { ($0.line ?? .max, $0.payment ?? .max) < ($1.line ?? .max, $1.payment ?? .max) }
    }
}

extension HistoryAudit.Finding: CustomStringConvertible {
    /// One line: where, and what does not hold.
    package var description: String {
        let places = [line.map { "line \($0)" }, payment.map { "payment \($0)" }].compactMap { $0 }
        return places.isEmpty ? text : "\(places.joined(separator: ", ")): \(text)"
    }
}

extension SQLiteStore {
    /// Checks that no line of history was changed, removed, added or moved since it was written, and that the payments' rows are what
    /// their histories say. It reads all of both, in batches, and takes no lock that a gateway waits for.
    ///
    /// - Parameter expected: roots that were kept elsewhere, in hexadecimal: each must be among those of the database.
    /// - Throws: ``GatewayCore/StoreError``.
    package func auditHistory(expecting expected: [String] = []) async throws -> HistoryAudit {
        // Before the database: what is written meanwhile is in both, or in the database only.
        var audit = HistoryAudit()
        let recorded = recordedLines(&audit)
        try await auditLines(&audit, recorded: recorded, expecting: expected)
        try await auditPayments(&audit)
        try await auditOrders(&audit)
        audit.sort()
        return audit
    }

    /// How many lines the identity file says there were at least; 0 where it says nothing of this database, as with a backup.
    private func recordedLines(_ audit: inout HistoryAudit) -> Int64 {
        do {
            guard let file = try IdentityFile.read(databasePath: path), file.installation == installation else { return 0 }
            return file.numbers.history
        } catch {
            audit.report("\(error): whether lines are missing at the end cannot be told")
            return 0
        }
    }

    // MARK: Along the lines

    /// Numbers without a gap, hashes where they must be, and the roots.
    private func auditLines(_ audit: inout HistoryAudit, recorded: Int64, expecting expected: [String]) async throws {
        let chainStart = try await query { try $0.historyChainStart() }
        var roots: [HistoryRoot] = []
        var lastRoot: Int64 = 0
        while true {
            let page = try await query { [lastRoot] in try $0.historyRoots(after: lastRoot, limit: 1000) }
            guard let last = page.last else { break }
            lastRoot = last.number
            roots += page.map(\.root)
        }
        audit.roots = roots.count
        audit.newestRoot = roots.last

        var walk = RootWalk(roots: roots, chainStart: chainStart)
        var previous: Int64 = 0
        var read = Int64.min
        while true {
            let batch = try await query { [read] in try $0.auditedLines(after: read, limit: 2000) }
            guard let end = batch.last else { break }
            read = end.id
            for line in batch {
                guard line.id >= 1 else {
                    audit.report("it was added: numbers begin with 1", line: line.id, payment: line.payment)
                    continue
                }
                walk.finishRoots(before: line.id, &audit)
                if line.id != previous + 1 {
                    let missing =
                        line.id - previous == 2 ? "line \(previous + 1) is" : "lines \(previous + 1) to \(line.id - 1) are"
                    audit.report("\(missing) missing", line: previous + 1)
                }
                if !line.hasPayment { audit.report("its payment is missing", line: line.id, payment: line.payment) }
                if line.id >= chainStart, line.stored == nil {
                    audit.report("it has no hash", line: line.id, payment: line.payment)
                }
                if line.id < chainStart {
                    audit.linesBeforeChain += 1
                    if line.stored != nil {
                        audit.report("it has a hash, and is from before the chain", line: line.id, payment: line.payment)
                    }
                }
                if line.isErased { audit.erasedLines += 1 }
                walk.add(line.id, line.counted)
                previous = line.id
                audit.lines += 1
            }
        }
        walk.finish(after: previous, &audit)
        audit.lastLine = previous
        for root in expected where !walk.sound.contains(root.lowercased()) {
            audit.report(
                "the root \(root) is none of this history: a line up to it was changed, or the root was made after this copy of the database"
            )
        }
        if previous < recorded {
            audit.report("the history ends at line \(previous), and the gateway has written line \(recorded)", line: previous + 1)
        }
    }

    // MARK: Payment by payment

    private func auditPayments(_ audit: inout HistoryAudit) async throws {
        let chainStart = try await query { try $0.historyChainStart() }
        var last = Int64.min
        while true {
            let batch = try await query { [last] transaction in
                try transaction.auditedPayments(after: last, limit: 200).map { payment in
                    (payment.id, payment.isDeleted, try transaction.findings(on: payment, chainStart: chainStart))
                }
            }
            guard let end = batch.last else { break }
            last = end.0
            for (_, isDeleted, findings) in batch {
                if !isDeleted { audit.payments += 1 }
                for finding in findings { audit.report(finding.text, line: finding.line, payment: finding.payment) }
            }
        }
    }
}

extension SQLiteStore {
    /// An order leaves `pending` with its payment only: without one, the payment was removed with all its rows.
    ///
    /// Its amount is that of its payments.
    private func auditOrders(_ audit: inout HistoryAudit) async throws {
        var last: Int64 = 0
        while true {
            let batch = try await query { [last] in try $0.ordersWithoutPayment(after: last, limit: 200) }
            guard let end = batch.last else { break }
            last = end.id
            for order in batch { audit.report("the order \(order.id) is \(order.status), and has no payment") }
        }
        var payment = Int64.min
        while true {
            let batch = try await query { [payment] in try $0.paymentsOfOtherAmounts(after: payment, limit: 200) }
            guard let end = batch.last else { break }
            payment = end
            for id in batch { audit.report("its order is gone, or has another amount or currency", payment: id) }
        }
    }
}

/// The roots, recomputed along the lines.
private struct RootWalk {
    let roots: [HistoryRoot]
    let chainStart: Int64
    /// The roots that hold, in hexadecimal.
    private(set) var sound: Set<String> = []
    private var index = 0
    private var fold = HistoryFold()
    private var previousEnd: Int64 = 0

    init(roots: [HistoryRoot], chainStart: Int64) {
        self.roots = roots
        self.chainStart = chainStart
    }

    mutating func add(_ id: Int64, _ hash: [UInt8]) {
        fold.add(id: id, hash: hash)
    }

    /// Compares all roots that end with the last line at the latest. No other root can hold.
    mutating func finish(after last: Int64, _ audit: inout HistoryAudit) {
        // The highest number there is has none behind it.
        let behind = last == .max ? last : last + 1
        finishRoots(before: behind, &audit)
        for root in roots[index...] {
            audit.report(
                "the root of \(root.day) ends with line \(root.lastLine), and the history with \(last)", line: behind)
        }
    }

    /// Compares all roots that end before a line.
    mutating func finishRoots(before line: Int64, _ audit: inout HistoryAudit) {
        while index < roots.count, roots[index].lastLine < line {
            let root = roots[index]
            let computed = fold.root(
                after: index == 0 ? nil : roots[index - 1].bytes, day: root.day, chainStart: chainStart,
                firstLine: root.firstLine,
                lastLine: root.lastLine)
            if root.firstLine != previousEnd + 1 {
                audit.report("the root of \(root.day) does not begin where the one before it ends", line: root.firstLine)
            } else if computed != root.bytes {
                audit.report(
                    "a line from \(root.firstLine) to \(root.lastLine) is not what it was when the root of \(root.day) was made",
                    line: root.firstLine)
            } else {
                sound.insert(root.hex)
            }
            previousEnd = root.lastLine
            fold = HistoryFold()
            index += 1
        }
    }
}

/// A line as the walk along the lines needs it.
struct AuditedLine: Sendable {
    let id: Int64
    let payment: Int64
    let hasPayment: Bool
    let stored: [UInt8]?
    /// The hash that counts in a root.
    let counted: [UInt8]
    let isErased: Bool
}

/// A payment's row as an audit needs it.
struct AuditedPayment: Sendable {
    let id: Int64
    let terms: HistoryLine.Terms
    let captured: Int64
    let refunded: Int64
    let reserved: Int64
    let disputed: Int64
    let status: String
    /// Whether it is removed, or the row by which a restore holds the place of numbers: it has no history.
    let isDeleted: Bool
}

extension SQLiteTransaction {
    func auditedLines(after last: Int64, limit: Int) throws -> [AuditedLine] {
        try all(
            """
            SELECT \(HistoryLineRow.columns), payment_transactions.id IS NOT NULL, \(HistoryLineRow.terms)
            FROM transaction_events LEFT JOIN payment_transactions ON payment_transactions.id = transaction_id
            WHERE transaction_events.id > ? ORDER BY transaction_events.id LIMIT ?
            """,
            [last, limit]
        ) { row in
            let line = HistoryLineRow.decode(row)
            let hasPayment: Bool = row[17]
            let beforeChain =
                hasPayment ? line.hashBeforeChain(terms: HistoryLineRow.decodeTerms(row, from: 18)) : HistoryLine.noHash
            return AuditedLine(
                id: line.id, payment: line.transactionID, hasPayment: hasPayment, stored: line.hash,
                counted: line.hash ?? beforeChain, isErased: line.personalDigest != nil)
        }
    }

    func ordersWithoutPayment(after last: Int64, limit: Int) throws -> [(id: Int64, status: String)] {
        try all(
            """
            SELECT id, status FROM orders NOT INDEXED
            WHERE id > ? AND status <> 'pending' AND deleted_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM payment_transactions INDEXED BY payment_transactions_order WHERE order_id = orders.id)
            ORDER BY id LIMIT ?
            """,
            [last, limit]
        ) { ($0[0], $0[1]) }
    }

    func auditedPayments(after last: Int64, limit: Int) throws -> [AuditedPayment] {
        try all(
            """
            SELECT id, \(HistoryLineRow.terms), captured, refunded, reserved, status, deleted_at IS NOT NULL, disputed
            FROM payment_transactions NOT INDEXED WHERE id > ? ORDER BY id LIMIT ?
            """,
            [last, limit]
        ) { row in
            AuditedPayment(
                id: row[0], terms: HistoryLineRow.decodeTerms(row, from: 1), captured: row[8], refunded: row[9],
                reserved: row[10], disputed: row[13], status: row[11], isDeleted: row[12])
        }
    }

    func paymentsOfOtherAmounts(after last: Int64, limit: Int) throws -> [Int64] {
        try all(
            """
            SELECT id FROM payment_transactions NOT INDEXED
            WHERE id > ? AND deleted_at IS NULL AND NOT EXISTS (
                SELECT 1 FROM orders WHERE orders.id = order_id AND orders.amount = payment_transactions.amount
                    AND orders.currency = payment_transactions.currency)
            ORDER BY id LIMIT ?
            """,
            [last, limit]
        ) { $0[0] }
    }

    /// What does not hold of a payment.
    func findings(on payment: AuditedPayment, chainStart: Int64) throws -> [HistoryAudit.Finding] {
        let lines = try all(
            """
            SELECT \(HistoryLineRow.columns) FROM transaction_events INDEXED BY transaction_events_transaction
            WHERE transaction_id = ? ORDER BY id
            """,
            [payment.id], HistoryLineRow.decode)
        if payment.isDeleted, lines.isEmpty { return [] }
        var findings: [HistoryAudit.Finding] = []
        func report(_ text: String, line: Int64? = nil) {
            findings.append(HistoryAudit.Finding(line: line, payment: payment.id, text: text))
        }
        guard let last = lines.last else {
            report("the payment has no history")
            return findings
        }
        if payment.isDeleted { report("the payment is marked as deleted, and has a history", line: last.id) }
        if payment.id < 1 { report("the payment was added: numbers begin with 1", line: last.id) }
        var status: String?
        var previous: [UInt8]?
        var hasIntent = false
        for line in lines {
            if line.fromStatus != status {
                report("it starts at \(line.fromStatus ?? "nothing") where the payment was \(status ?? "nothing")", line: line.id)
            }
            status = line.toStatus
            if let hash = line.hash, line.id >= chainStart {
                let neighbor =
                    try first(
                        "SELECT hash FROM transaction_events WHERE id < ? ORDER BY id DESC LIMIT 1", [line.id]
                    ) { $0[0] as [UInt8]? } ?? nil
                func fits(_ terms: HistoryLine.Terms) -> Bool {
                    hash == line.expectedHash(terms: terms, after: previous, neighbor: neighbor)
                }
                var withoutIntent = payment.terms
                withoutIntent.paymentIntentID = nil
                if payment.terms.paymentIntentID != nil, fits(payment.terms) {
                    hasIntent = true
                } else if hasIntent || !fits(withoutIntent) {
                    report(
                        "its hash does not fit: it, the payment's amount, currency, order, owner, provider, capture method or intent, or the "
                            + "line before it was changed", line: line.id)
                }
            }
            if line.personalDigest != nil, !isErased(line, of: payment, lines) {
                report("it looks erased, and the user is not", line: line.id)
            }
            previous = line.hash
        }
        if status != payment.status {
            report("the payment is \(payment.status), and its history ends with \(status ?? "nothing")", line: last.id)
        }
        let row = [payment.captured, payment.refunded, payment.reserved]
        if last.hash != nil, [last.captured, last.refunded, last.reserved] != row {
            report(
                "the payment has captured, refunded and reserved \(row.map(String.init).joined(separator: ", ")), and its history ends with "
                    + [last.captured, last.refunded, last.reserved].map { $0.map(String.init) ?? "nothing" }.joined(
                        separator: ", "),
                line: last.id)
        }
        return findings + (try findingsOfRefunds(payment, lines)) + (try findingsOfOperations(payment, lines))
            + (try findingsOfDisputes(payment))
    }

    /// Whether a line with a digest in place of its personal data is one that an erasure left behind.
    private func isErased(_ line: HistoryLine, of payment: AuditedPayment, _ lines: [HistoryLine]) -> Bool {
        line.detail == nil && line.salt == nil && payment.terms.owner.utf8.starts(with: Subject.pseudonymPrefix.utf8)
            && lines.contains { $0.id > line.id && $0.type == "personal_data.erased" }
    }

    private func findingsOfRefunds(_ payment: AuditedPayment, _ lines: [HistoryLine]) throws -> [HistoryAudit.Finding] {
        let refunds: [(operation: Int64?, amount: Int64, status: String, current: Int64)] = try all(
            """
            SELECT operation_id, amount, status, coalesce(provider_amount, amount) FROM refunds INDEXED BY refunds_transaction
            WHERE transaction_id = ? AND deleted_at IS NULL ORDER BY id
            """,
            [payment.id]
        ) { ($0[0], $0[1], $0[2], $0[3]) }
        var findings: [HistoryAudit.Finding] = []
        func report(_ text: String, line: Int64? = nil) {
            findings.append(HistoryAudit.Finding(line: line, payment: payment.id, text: text))
        }
        // What a provider shows beyond what was captured is a discrepancy, and the amounts stop there.
        let refunded = Self.sum(refunds.filter { $0.status == "succeeded" }.map(\.current), atMost: payment.captured)
        let open = refunds.filter { $0.status == "pending" || $0.status == "requires_action" }.map(\.current)
        let reserved = Self.sum(open, atMost: payment.captured - refunded)
        if refunded != payment.refunded {
            report("the payment has \(payment.refunded) refunded, and its refunds that succeeded make \(refunded)")
        }
        if reserved != payment.reserved {
            report("the payment has \(payment.reserved) reserved, and its refunds that are open make \(reserved)")
        }
        for asked in lines where asked.type == "refund.requested" && asked.operationID != nil {
            let amount = asked.amount.map(String.init) ?? "nothing"
            guard let refund = refunds.first(where: { $0.operation == asked.operationID }) else {
                report("a refund of \(amount) was asked for, and there is none", line: asked.id)
                continue
            }
            if asked.amount != refund.amount {
                report("a refund of \(amount) was asked for, and \(refund.amount) is booked", line: asked.id)
            }
        }
        return findings
    }

    /// The sum of amounts, at most `limit`. Amounts that somebody has written may be of any size: an overflow must not end the audit.
    private static func sum(_ amounts: [Int64], atMost limit: Int64) -> Int64 {
        min(
            limit,
            amounts.reduce(0) { sum, amount in
                let (next, isBeyond) = sum.addingReportingOverflow(amount)
                return isBeyond ? .max : next
            })
    }

    private func findingsOfDisputes(_ payment: AuditedPayment) throws -> [HistoryAudit.Finding] {
        // The amount of another currency cannot be added: such a dispute holds everything.
        let amounts: [Int64] = try all(
            """
            SELECT CASE WHEN currency = ? THEN amount ELSE ? END FROM disputes INDEXED BY disputes_dispute
            WHERE transaction_id = ? AND deleted_at IS NULL AND status NOT IN (
                'won', 'prevented', 'warning_needs_response', 'warning_under_review', 'warning_closed'
            )
            """,
            [payment.terms.currency, payment.captured, payment.id]
        ) { $0[0] }
        let disputed = Self.sum(amounts, atMost: payment.captured)
        guard disputed != payment.disputed else { return [] }
        return [
            HistoryAudit.Finding(
                line: nil, payment: payment.id,
                text: "the payment has \(payment.disputed) disputed, and its disputes that are open or lost make \(disputed)")
        ]
    }

    /// Every operation was asked for in a line: so it shows where lines at the end were removed. One that has ended has the end that its
    /// lines tell of.
    private func findingsOfOperations(_ payment: AuditedPayment, _ lines: [HistoryLine]) throws -> [HistoryAudit.Finding] {
        let operations: [(id: Int64, kind: String, state: String)] = try all(
            """
            SELECT id, kind, state FROM operations INDEXED BY operations_transaction
            WHERE transaction_id = ? AND deleted_at IS NULL ORDER BY id
            """,
            [payment.id]
        ) { ($0[0], $0[1], $0[2]) }
        let missing = operations.filter { operation in
            !lines.contains { $0.operationID == operation.id && $0.type == "\(operation.kind).requested" }
        }.map { operation in
            HistoryAudit.Finding(
                line: nil, payment: payment.id,
                text: "the \(operation.kind).requested of operation \(operation.id) is missing from its history")
        }
        let kinds = Set(operations.map { "\($0.id) \($0.kind).requested" })
        let gone = lines.compactMap { line -> HistoryAudit.Finding? in
            guard line.type.hasSuffix(".requested"), let operation = line.operationID,
                !kinds.contains("\(operation) \(line.type)")
            else { return nil }
            return HistoryAudit.Finding(line: line.id, payment: payment.id, text: "its operation \(operation) is gone")
        }
        let contradicted = operations.compactMap { operation -> HistoryAudit.Finding? in
            guard let end = Self.end(of: operation.id, operation.kind, lines), ["succeeded", "failed"].contains(operation.state),
                end.state != operation.state
            else { return nil }
            return HistoryAudit.Finding(
                line: end.line, payment: payment.id,
                text: "the operation \(operation.id) is \(operation.state), and its history says \(end.state)")
        }
        return missing + gone + contradicted
    }

    /// The end of an operation by its lines; nil where they do not tell.
    ///
    /// The line of a refund's answer has the answer's status, and a refund that failed before its answer was written stays failed. What a
    /// person has decided stands in the detail, which may be erased.
    private static func end(of operation: Int64, _ kind: String, _ lines: [HistoryLine]) -> (line: Int64, state: String)? {
        // The line of an operation that a cancellation ended names the cancellation.
        let own = lines.filter { $0.operationID == operation && $0.type.hasPrefix("\(kind).") }
        if own.contains(where: { $0.type == "\(kind).resolved" }) { return nil }
        for line in own {
            switch line.type.dropFirst(kind.utf8.count + 1) {
            case "succeeded" where kind != "refund": return (line.id, "succeeded")
            case "declined", "rejected", "not_sent", "not_executed", "canceled": return (line.id, "failed")
            default: continue
            }
        }
        return nil
    }
}
