import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("The chain of history")
struct HistoryChainTests {
    /// Ten lines of three payments, the first of them paid and refunded in part: see `write`.
    private func withHistory(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await withStore { store throws in
            try await store.write { try Self.writeHistory($0) }
            try await body(store)
        }
    }

    private static func writeHistory(_ writer: any StoreWriter) throws {
        var first = try begin(writer)
        var second = try begin(writer)
        first = try write(writer, "create.succeeded", first, .requiresPaymentMethod, operation: 1)
        second = try write(writer, "create.succeeded", second, .requiresPaymentMethod, operation: 2)
        let confirmation = try writer.makeOperation(on: first, .confirm)
        first = try write(writer, "confirm.requested", first, .requiresPaymentMethod, operation: confirmation.id, by: .user("42"))
        first = try write(writer, "confirm.succeeded", first, .succeeded, operation: confirmation.id, captured: 10_000)
        #expect(try writer.endOperation(confirmation.id, fence: 1, state: .succeeded, outcome: "completed", at: time()))
        let third = try begin(writer)
        _ = try write(writer, "create.succeeded", third, .requiresPaymentMethod, operation: 4)
        let refund = try writer.makeOperation(on: first, .refund)
        first = try writer.moveAmounts(of: first, reserved: 100)
        var row = try writer.makeRefund(of: first, operation: refund.id)
        first = try write(writer, "refund.requested", first, .succeeded, operation: refund.id, by: .user("42"), amount: 100)
        first = try writer.moveAmounts(of: first, reserved: -100, refunded: 100)
        row.status = .succeeded
        row.providerRefundID = "re_1"
        try writer.updateRefund(row)
        _ = try write(
            writer, "refund.succeeded", first, .partiallyRefunded, operation: refund.id, amount: 100, detail: "as asked for")
    }

    private static func begin(_ writer: any StoreWriter) throws -> PaymentTransaction {
        let transaction = try writer.makeTransaction(status: .processing)
        let operation = try writer.makeOperation(on: transaction, .create)
        var change = HistoryChange(
            type: "create.requested", actor: HistoryChange.Actor.user("42").name, fromStatus: nil, toStatus: .processing)
        change.operationID = operation.id
        try writer.appendHistory(change, of: transaction, at: time())
        #expect(try writer.endOperation(operation.id, fence: 1, state: .succeeded, outcome: "completed", at: time()))
        return transaction
    }

    private static func write(
        _ writer: any StoreWriter, _ type: String, _ original: PaymentTransaction, _ status: PaymentStatus, operation: Int64,
        by actor: HistoryChange.Actor = .gateway, captured: Int64? = nil, amount: Int64? = nil, detail: String? = nil
    ) throws -> PaymentTransaction {
        var changed = original
        changed.status = status
        changed.captured = captured ?? changed.captured
        if type == "create.succeeded" { changed.paymentIntentID = "pi_\(original.id)" }
        let row = changed == original ? original : try writer.updateTransaction(changed, from: original)
        var change = HistoryChange(type: type, actor: actor.name, fromStatus: original.status, toStatus: status)
        change.operationID = operation
        change.amount = amount
        change.detail = detail
        try writer.appendHistory(change, of: row, at: time())
        return row
    }

    /// Writes into the tables as somebody would who has the file: without triggers and constraints.
    private static func tamper(_ store: SQLiteStore, _ statements: [String]) async throws {
        try await store.pool.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
            for name in try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'trigger'") {
                try database.execute(sql: "DROP TRIGGER \(name)")
            }
            for sql in statements { try database.execute(sql: sql) }
            try database.execute(sql: "PRAGMA ignore_check_constraints = OFF; PRAGMA foreign_keys = ON")
        }
    }

    @Test("A history that nothing has touched is sound, and every line of it has a hash")
    func sound() async throws {
        try await withHistory { store throws in
            let audit = try await store.auditHistory()
            #expect(audit.findings.isEmpty, "\(audit.findings)")
            #expect(audit.lines == 10 && audit.payments == 3 && audit.linesBeforeChain == 0)
            #expect(try await store.value("SELECT count(DISTINCT hash) FROM transaction_events") == 10)
            #expect(
                try await store.value("SELECT count(*) FROM transaction_events WHERE salt IS NOT NULL") == 6,
                "lines of the owner, or with a detail")
        }
    }

    @Test("Every change behind the gateway's back is found, the first broken line first", arguments: HistoryTampering.all)
    func tampering(_ tampering: HistoryTampering) async throws {
        try await withHistory { store throws in
            try await Self.tamper(store, tampering.statements)
            let audit = try await store.auditHistory()
            let first = try #require(audit.findings.first, "nothing was found")
            #expect("\(first)".hasPrefix(tampering.finding), "\(audit.findings)")
        }
    }

    @Test("A unit that fails after it has written a line leaves the chain whole for the others of its commit")
    func failedUnit() async throws {
        try await withHistory { store throws in
            let outcomes = try await outcomes(of: 12, on: store) { number, writer in
                let transaction = try Self.begin(writer)
                let first = try #require(try writer.transaction(1))
                let change = HistoryChange(type: "note", actor: "gateway", fromStatus: first.status, toStatus: first.status)
                try writer.appendHistory(change, of: first, at: time())
                if number % 3 == 1 { throw StoreError.constraint("refused") }
                return transaction.id
            }
            #expect(outcomes.values.count { (try? $0.get()) == nil } == 4)
            #expect(store.statistics.repeatedBatches == 1)
            let audit = try await store.auditHistory()
            #expect(audit.findings.isEmpty && audit.lines == 10 + 8 * 2, "\(audit.findings)")
        }
    }

    @Test("A refund that failed before its answer was written ends as failed, beside the line of the answer")
    func failedRefund() async throws {
        try await withHistory { store throws in
            _ = try await store.write {
                try $0.endOperation(5, fence: 1, state: .failed, outcome: "completed", at: time())
            }
            #expect(try await store.value("SELECT count(*) FROM operations WHERE kind = 'refund' AND state = 'failed'") == 1)
            #expect(try await store.auditHistory().findings.isEmpty)
        }
    }

    @Test(
        "An operation that the provider did not carry out, or that another one ended, is one that failed",
        arguments: ["not_executed", "canceled"])
    func endWithoutExecution(_ end: String) async throws {
        try await withHistory { store throws in
            try await store.write { writer throws in
                let payment = try #require(try writer.transaction(2))
                let operation = try writer.makeOperation(on: payment, .confirm)
                for type in ["confirm.requested", "confirm.\(end)"] {
                    _ = try Self.write(writer, type, payment, payment.status, operation: operation.id)
                }
                #expect(try writer.endOperation(operation.id, fence: 1, state: .failed, outcome: "", at: time()))
            }
            #expect(try await store.auditHistory().findings == [])
            try await store.sql("UPDATE operations SET state = 'succeeded' WHERE id = 6")
            let findings = try await store.auditHistory().findings
            #expect(findings.map(\.text) == ["the operation 6 is succeeded, and its history says failed"])
        }
    }

    @Test("The line of an operation that a cancellation ended says nothing about the cancellation")
    func endedByCancellation() async throws {
        try await withHistory { store throws in
            try await store.write { writer throws in
                let payment = try #require(try writer.transaction(2))
                let cancel = try writer.makeOperation(on: payment, .cancel)
                for type in ["cancel.requested", "create.canceled", "cancel.succeeded"] {
                    _ = try Self.write(writer, type, payment, payment.status, operation: cancel.id)
                }
                #expect(try writer.endOperation(cancel.id, fence: 1, state: .succeeded, outcome: "", at: time()))
            }
            #expect(try await store.auditHistory().findings == [])
        }
    }

    @Test("Refunds beyond what was captured, and an amount that the provider shows, are what the payment's amounts follow")
    func amountsOfTheProvider() async throws {
        try await withHistory { store throws in
            try await store.write { writer throws in
                let payment = try #require(try writer.transaction(1))
                var refund = try #require(try writer.refunds(transactionID: 1).first)
                refund.providerAmount = 9_000
                try writer.updateRefund(refund)
                _ = try writer.insertRefund(
                    RefundRecord(
                        id: 0, transactionID: 1, operationID: nil, providerRefundID: "re_2", amount: try money(900),
                        status: .pending,
                        reason: nil, metadata: [:], createdAt: time(), updatedAt: time()))
                var changed = payment
                (changed.refunded, changed.reserved) = (9_000, 900)
                changed = try writer.updateTransaction(changed, from: payment)
                _ = try Self.write(writer, "note", changed, changed.status, operation: 5)
            }
            #expect(try await store.auditHistory().findings == [])
            // Both beyond what was captured.
            try await store.write { writer throws in
                let payment = try #require(try writer.transaction(1))
                for (id, amount) in [("re_3", .max), ("re_4", 200)] as [(String, Int64)] {
                    var refund = RefundRecord(
                        id: 0, transactionID: 1, operationID: nil, providerRefundID: id, amount: try money(amount),
                        status: .pending,
                        reason: nil, metadata: [:], createdAt: time(), updatedAt: time())
                    if id == "re_4" { refund.status = .succeeded }
                    _ = try writer.insertRefund(refund)
                }
                var changed = payment
                (changed.refunded, changed.reserved) = (9_200, 800)
                changed = try writer.updateTransaction(changed, from: payment)
                _ = try Self.write(writer, "note", changed, changed.status, operation: 5)
            }
            #expect(try await store.auditHistory().findings == [])
        }
    }

    @Test("What disputes hold is what those make that are open or lost, at most what was captured")
    func disputes() async throws {
        try await withHistory { store throws in
            let disputes: [(status: String, amount: Money, disputed: Int64)] = [
                ("warning_needs_response", try money(50), 0), ("won", try money(60), 0), ("needs_response", try money(700), 700),
                ("lost", try money(20), 720), ("under_review", try money(1, "EUR"), 10_000),
            ]
            for (index, dispute) in disputes.enumerated() {
                try await store.write { writer throws in
                    let payment = try #require(try writer.transaction(1))
                    let shown = Dispute(
                        id: "dp_\(index)", paymentIntentID: "pi_1", amount: dispute.amount, status: dispute.status,
                        reason: "general")
                    _ = try writer.writeDispute(
                        DisputeRecord(
                            id: 0, transactionID: 1, dispute: shown, changedAt: time(), createdAt: time(), updatedAt: time()))
                    var changed = payment
                    changed.disputed = dispute.disputed
                    _ = try writer.updateTransaction(changed, from: payment)
                }
                #expect(try await store.auditHistory().findings == [], "\(dispute)")
            }
        }
    }

    @Test("Personal data that is erased leaves the chain whole, and no way to find it by guessing")
    func erasure() async throws {
        try await withHistory { store throws in
            let erased = try await store.write { writer in
                let transaction = try #require(writer as? SQLiteTransaction)
                try transaction.execute("UPDATE payment_transactions SET user_id = 'erased-1' WHERE id = 1")
                let erased = try (0..<2).map { _ in try transaction.eraseHistory(transactionID: 1, of: "42", as: "erased-1") }
                let change = HistoryChange(
                    type: "personal_data.erased", actor: "operator:ann", fromStatus: .partiallyRefunded,
                    toStatus: .partiallyRefunded)
                try writer.appendHistory(change, of: try #require(try writer.transaction(1)), at: time())
                return erased
            }
            #expect(erased == [4, 0], "three lines that name the user, and one with a detail")
            let history = try await store.read { try $0.history(transactionID: 1) }
            #expect(
                history.map(\.change.actor) == [
                    "user:erased-1", "gateway", "user:erased-1", "gateway", "user:erased-1", "gateway", "operator:ann",
                ])
            #expect(history.allSatisfy { $0.change.detail == nil })
            #expect(
                try await store.value("SELECT count(*) FROM transaction_events WHERE transaction_id = 1 AND salt IS NOT NULL")
                    == 0)
            let audit = try await store.auditHistory()
            #expect(audit.findings.isEmpty && audit.erasedLines == 4, "\(audit.findings)")
            // The chain goes on behind it.
            try await store.write { writer in
                let change = HistoryChange(
                    type: "note", actor: "operator:ann", fromStatus: .partiallyRefunded, toStatus: .partiallyRefunded)
                try writer.appendHistory(change, of: try #require(try writer.transaction(1)), at: time())
            }
            #expect(try await store.auditHistory().findings.isEmpty)
        }
    }

    @Test(
        "The table lets no other change through than an erasure, and that only once",
        arguments: [
            "actor = 'x'", "detail = NULL", "personal_digest = zeroblob(32)",
            "personal_digest = zeroblob(32), salt = NULL, type = 'x'",
            "personal_digest = zeroblob(31), salt = NULL", "personal_digest = zeroblob(32), salt = NULL, hash = zeroblob(32)",
            "personal_digest = zeroblob(32), salt = NULL, actor = 'user:43'",
            "personal_digest = zeroblob(32), salt = NULL, captured = 1",
        ])
    func trigger(_ change: String) async throws {
        try await withHistory { store throws in
            let erasure =
                "UPDATE transaction_events SET personal_digest = zeroblob(32), salt = NULL, actor = 'user:erased-1' WHERE id = 1"
            await #expect(throws: (any Error).self, "its payment's owner is not erased") { try await store.sql(erasure) }
            try await store.sql("UPDATE payment_transactions SET user_id = 'erased-1' WHERE id = 1")
            await #expect(throws: (any Error).self) {
                try await store.sql("UPDATE transaction_events SET \(change) WHERE id = 1")
            }
            try await store.sql(erasure)
            await #expect(throws: (any Error).self) {
                try await store.sql("UPDATE transaction_events SET personal_digest = randomblob(32), salt = NULL WHERE id = 1")
            }
        }
    }

    @Test("A line that looks erased is found where its user is not: its digest alone proves nothing")
    func forgedErasure() async throws {
        try await withHistory { store throws in
            let lines = try await store.query { transaction in
                try transaction.all(
                    "SELECT \(HistoryLineRow.columns) FROM transaction_events WHERE id IN (5, 10) ORDER BY id", [],
                    HistoryLineRow.decode)
            }
            for line in lines {
                let digest = try #require(line.digestOfPersonalData(owner: "42")).lowercaseHexText
                try await Self.tamper(
                    store,
                    [
                        """
                        UPDATE transaction_events SET detail = 'approved', salt = NULL, personal_digest = x'\(digest)'
                        WHERE id = \(line.id)
                        """
                    ])
            }
            let audit = try await store.auditHistory()
            #expect(audit.findings.map(\.line) == [5, 10], "\(audit.findings)")
            #expect(audit.findings.allSatisfy { $0.text.contains("it looks erased") }, "\(audit.findings)")
        }
    }

    @Test("A root of a day to come, made while the clock was ahead, stops no later one")
    func clockAhead() async throws {
        try await withHistory { store throws in
            let day = 86_400_000 as Int64
            let ahead = try #require(try await store.makeHistoryRoot(now: time(1000 * day)))
            let right = try #require(try await store.makeHistoryRoot(now: time()))
            #expect(right.firstLine == ahead.lastLine + 1)
            #expect(try await store.makeHistoryRoot(now: time(1)) == nil)
            #expect(try await store.auditHistory(expecting: [ahead.hex, right.hex]).findings.isEmpty)
        }
    }

    @Test("A root that ends behind the history is an error of the next, and its text proves nothing")
    func forgedRoot() async throws {
        try await withHistory { store throws in
            let root = try #require(try await store.makeHistoryRoot(now: time()))
            try await Self.tamper(
                store,
                [
                    "UPDATE transaction_events SET type = 'create.lost' WHERE id = 3",
                    "UPDATE history_roots SET last_id = 9223372036854775807",
                ])
            try await Self.rehash(store)
            let findings = try await store.auditHistory(expecting: [root.hex]).findings
            #expect(findings.contains { $0.text.contains("ends with line 9223372036854775807") }, "\(findings)")
            #expect(findings.contains { $0.text.contains("the root \(root.hex) is none of this history") }, "\(findings)")
            await #expect(throws: StoreError.self) { try await store.makeHistoryRoot(now: time(86_400_000)) }
        }
    }

    @Test("The digest of a line from before the chain tells nothing once it is erased")
    func erasedBefore() async throws {
        try await withHistory { store throws in
            try await Self.tamper(
                store, ["UPDATE transaction_events SET hash = NULL, salt = NULL", "UPDATE history_chain SET first_id = 11"])
            let digests = try await store.write { writer -> [[UInt8]] in
                let transaction = try #require(writer as? SQLiteTransaction)
                try transaction.execute("UPDATE payment_transactions SET user_id = 'erased-1' WHERE id = 1")
                try transaction.eraseHistory(transactionID: 1, of: "42", as: "erased-1")
                return try transaction.all(
                    "SELECT personal_digest FROM transaction_events WHERE personal_digest IS NOT NULL", []
                ) { $0[0] }
            }
            #expect(digests.count == 4 && Set(digests).count == 4, "the same name has another digest in each line")
        }
    }

    @Test("A root is made once a day, over all lines since the one before, and those that changed since are found by it")
    func roots() async throws {
        try await withHistory { store throws in
            let day = 86_400_000 as Int64
            let first = try #require(try await store.makeHistoryRoot(now: time()))
            #expect(first.firstLine == 1 && first.lastLine == 10 && first.day == String(time().rfc3339.prefix(10)))
            #expect(try await store.makeHistoryRoot(now: time(1)) == nil)
            try await store.write {
                _ = try Self.write($0, "create.succeeded", Self.begin($0), .requiresPaymentMethod, operation: 6)
            }
            let second = try #require(try await store.makeHistoryRoot(now: time(day)))
            #expect(second.firstLine == 11 && second.lastLine == 12)
            let third = try #require(try await store.makeHistoryRoot(now: time(2 * day)))
            #expect(third.firstLine == 13 && third.lastLine == 12, "a day without a line has a root, too")
            let audit = try await store.auditHistory(expecting: [first.hex, second.hex.uppercased(), third.hex])
            #expect(audit.findings.isEmpty && audit.roots == 3 && audit.newestRoot == third, "\(audit.findings)")
        }
    }

    @Test("Who writes all hashes anew is found by a root, and who writes the roots anew, too, by one that was kept elsewhere")
    func rewritten() async throws {
        try await withHistory { store throws in
            let root = try #require(try await store.makeHistoryRoot(now: time()))
            try await Self.tamper(store, ["UPDATE transaction_events SET type = 'create.lost' WHERE id = 3"])
            try await Self.rehash(store)
            let found = try await store.auditHistory()
            #expect(found.findings.map(\.line) == [1], "\(found.findings)")
            #expect(found.findings.first?.text.contains("is not what it was when the root") == true)

            try await Self.tamper(store, ["DELETE FROM history_roots"])
            _ = try await store.makeHistoryRoot(now: time())
            #expect(try await store.auditHistory().findings.isEmpty, "nothing in the file shows it")
            let kept = try await store.auditHistory(expecting: [root.hex])
            #expect(kept.findings.count == 1 && kept.findings.first?.text.contains(root.hex) == true, "\(kept.findings)")
        }
    }

    /// Gives every line the hash that it would have had.
    private static func rehash(_ store: SQLiteStore) async throws {
        try await store.pool.write { database in
            let transaction = SQLiteTransaction(database: database)
            var previous: [Int64: [UInt8]] = [:]
            var neighbor: [UInt8]?
            for (line, terms) in try transaction.all(
                """
                SELECT \(HistoryLineRow.columns), \(HistoryLineRow.terms)
                FROM transaction_events JOIN payment_transactions ON payment_transactions.id = transaction_id
                ORDER BY transaction_events.id
                """, [], { (HistoryLineRow.decode($0), HistoryLineRow.decodeTerms($0)) })
            {
                let hash = line.expectedHash(terms: terms, after: previous[line.transactionID], neighbor: neighbor)
                try transaction.execute("UPDATE transaction_events SET hash = ? WHERE id = ?", [hash, line.id])
                previous[line.transactionID] = hash
                neighbor = hash
            }
        }
    }

    @Test("A backup has the chain, and a restored database goes on with it")
    func restored() async throws {
        try await withHistory { store throws in
            let root = try #require(try await store.makeHistoryRoot(now: time()))
            let file = store.path + ".backup"
            _ = try SQLiteStore.backup(path: store.path, to: file)
            let copy = try SQLiteStore.open(path: file, access: .readOnly)
            #expect(try await copy.auditHistory(expecting: [root.hex]).findings.isEmpty)
            await copy.close()

            let path = store.path + ".restored"
            _ = try SQLiteStore.restore(backup: file, to: path, replacing: false, now: time(86_400_000))
            let restored = try SQLiteStore.open(path: path)
            try await restored.write { writer in
                let begun = try Self.begin(writer)
                let operation = try #require(
                    try writer.operations(OperationQuery(.all, transactionID: begun.id, limit: 1)).first?.operation)
                _ = try Self.write(writer, "create.succeeded", begun, .requiresPaymentMethod, operation: operation.id)
            }
            let audit = try await restored.auditHistory(expecting: [root.hex])
            #expect(audit.findings.isEmpty && audit.lines == 12 && audit.payments == 4, "\(audit.findings)")
            await restored.close()
        }
    }

    @Test("Lines from before the chain stay as they are, and the first root covers them")
    func before() async throws {
        try await withTemporaryFolder { folder throws in
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = folder + "/gateway.db"
            let queue = try DatabaseQueue(path: path)
            try GatewayMigrator.make(installation: { "test" }).migrate(queue, upTo: Migration0008Identity.identifier)
            try queue.write { database in
                let writer = SQLiteTransaction(database: database)
                let transaction = try writer.makeTransaction(status: .processing)
                for type in ["create.requested", "create.succeeded"] {
                    try database.execute(
                        sql: """
                            INSERT INTO transaction_events (transaction_id, type, actor, from_status, to_status, created_at)
                            VALUES (?, ?, 'user:42', ?, 'processing', 1)
                            """,
                        arguments: [transaction.id, type, type == "create.requested" ? nil : "processing"])
                }
            }
            try queue.close()

            let store = try SQLiteStore.open(path: path)
            try await store.write { writer in
                let change = HistoryChange(type: "note", actor: "gateway", fromStatus: .processing, toStatus: .processing)
                try writer.appendHistory(change, of: try #require(try writer.transaction(1)), at: time())
            }
            let audit = try await store.auditHistory()
            #expect(audit.findings.isEmpty && audit.lines == 3 && audit.linesBeforeChain == 2, "\(audit.findings)")
            _ = try await store.makeHistoryRoot(now: time())
            #expect(try await store.auditHistory().findings.isEmpty)
            try await Self.tamper(store, ["UPDATE transaction_events SET type = 'x' WHERE id = 2"])
            let changed = try await store.auditHistory()
            #expect(changed.findings.map(\.line) == [1], "\(changed.findings)")
            await store.close()
        }
    }

    @Test("The bytes of a line are those of its description")
    func canonical() throws {
        let line = HistoryLine(
            id: 2, transactionID: 1, type: "é", actor: "user:42", fromStatus: nil, toStatus: "succeeded", amount: nil,
            operationID: 7,
            providerRequestID: nil, detail: nil, createdAt: 3, captured: 5, refunded: 0, reserved: 0,
            salt: [UInt8](repeating: 9, count: 16))
        let terms = HistoryLine.Terms(
            amount: 5, currency: "USD", orderID: 1, provider: "mock", captureMethod: "manual", paymentIntentID: nil, owner: "42")
        func number(_ value: UInt8) -> [UInt8] { [1, 0, 0, 0, 0, 0, 0, 0, value] }
        func text(_ value: String) -> [UInt8] { [2, 0, 0, 0, UInt8(value.utf8.count)] + Array(value.utf8) }
        let personal = SHA256Digest.digest(
            of: Array("payment-gateway personal 1\n".utf8) + [2, 0, 0, 0, 16] + [UInt8](repeating: 9, count: 16) + text("user:42")
                + [0])
        let previous = [UInt8](repeating: 1, count: 32)
        let neighbor = [UInt8](repeating: 2, count: 32)
        var bytes = Array("payment-gateway history 1\n".utf8) + previous + neighbor + personal
        bytes += number(2) + number(1) + text("é") + [0] + [0] + text("succeeded") + [0] + number(7) + [0] + number(3)
        bytes += number(5) + number(0) + number(0) + number(5) + text("USD") + number(1) + text("mock") + text("manual") + [0]
        #expect(line.expectedHash(terms: terms, after: previous, neighbor: neighbor) == SHA256Digest.digest(of: bytes))
    }
}
