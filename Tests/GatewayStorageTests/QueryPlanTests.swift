import Foundation
import GRDB
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Synchronization
import Testing

@testable import GatewayStorage

@Suite("Query plans")
struct QueryPlanTests {
    /// Every statement that the store has, as it was run.
    private func statements() throws -> Set<String> {
        let queue = try DatabaseQueue()
        try GatewayMigrator.make(installation: { "test" }).migrate(queue)
        let seen = Mutex<Set<String>>([])
        try queue.write { database throws in
            database.trace { event in
                guard case .statement(let statement) = event else { return }
                seen.withLock { _ = $0.insert(statement.sql) }
            }
            try runEverything(on: SQLiteTransaction(database: database))
            _ = try SQLiteStore.installationID(in: database)
            // Written, and read back.
            _ = try DatabaseIdentity(path: "", machine: nil).assign(to: database, copy: "")
            try DatabaseIdentity(path: "", machine: nil).check(
                database, migrations: [Migration0008Identity.identifier], claim: .moved)
            _ = try IdentifierLeap.newestChange(in: database)
            _ = try IdentifierLeap.make(in: database, now: 4_000_000_000_000, path: "")
            database.trace(options: [])
        }
        return seen.withLock { $0 }
    }

    private func runEverything(on store: SQLiteTransaction) throws {
        let order = try store.makeOrder()
        // Once as a change, and once where there is nothing to change.
        for _ in 0..<2 { try store.updateOrder(order.id, status: .completed, at: time()) }
        _ = try store.order(order.id)
        for user in [nil, "42"] as [Subject?] {
            for before in [nil, order.id] {
                for filters in 0..<8 {
                    var query = OrderQuery(userID: user, beforeID: before, limit: 10)
                    query.status = filters & 1 != 0 ? .completed : nil
                    query.createdFrom = filters & 2 != 0 ? time(-1) : nil
                    query.createdTo = filters & 4 != 0 ? time(1) : nil
                    _ = try store.orders(query)
                }
            }
        }
        let transaction = try store.makeTransaction(of: order, intent: "pi_1", status: .succeeded, captured: 1_000)
        let unchanged = try store.updateTransaction(transaction, from: transaction)
        var moved = unchanged
        moved.paymentIntentID = "pi_2"
        moved = try store.updateTransaction(moved, from: unchanged)
        _ = try store.updateTransaction(transaction, from: moved)
        var reviewed = try #require(try store.transaction(transaction.id))
        let before = reviewed
        reviewed.review = PaymentReview(Discrepancy(.capturedLess, 1), detail: "", openedAt: time())
        _ = try store.updateTransaction(reviewed, from: before)
        for id in [nil, 2] as [Int64?] { _ = try store.reviewedTransactions(beforeID: id, limit: 10) }
        _ = try store.writeDispute(try store.makeDispute(of: transaction))
        _ = try store.disputes(transactionID: transaction.id)
        _ = try store.transaction(transaction.id)
        _ = try store.transactions(paymentIntentID: "pi_1")
        _ = try store.transaction(provider: "mock", paymentIntentID: "pi_1")
        _ = try store.transactions(orderID: order.id)
        for filters in 0..<128 {
            func has(_ bit: Int) -> Bool { filters & (1 << bit) != 0 }
            var query = TransactionQuery(userID: has(0) ? "42" : nil, limit: 10)
            query.orderID = has(1) ? 1 : nil
            query.status = has(2) ? .succeeded : nil
            query.provider = has(3) ? "mock" : nil
            query.createdFrom = has(4) ? time(-1) : nil
            query.createdTo = has(5) ? time(1) : nil
            query.beforeID = has(6) ? 1 : nil
            _ = try store.transactions(query)
        }
        for filters in 0..<4 {
            _ = try store.transactions(
                after: 0, upTo: 10, createdFrom: filters & 1 != 0 ? time(-1) : nil, provider: filters & 2 != 0 ? "mock" : nil,
                limit: 10)
        }
        _ = try store.newestTransactionID()
        for filters in 0..<512 {
            func has(_ bit: Int) -> Bool { filters & (1 << bit) != 0 }
            var query = TransactionQuery(userID: has(0) ? "42" : nil, limit: 10)
            query.sortKey = .updatedAt
            query.orderID = has(1) ? 1 : nil
            query.status = has(2) ? .succeeded : nil
            query.provider = has(3) ? "mock" : nil
            query.createdFrom = has(4) ? time(-1) : nil
            query.createdTo = has(5) ? time(1) : nil
            query.updatedFrom = has(6) ? time(-1) : nil
            query.updatedTo = has(7) ? time(1) : nil
            query.beforeUpdate = has(8) ? .init(updatedAt: time(), id: 1) : nil
            _ = try store.transactions(query)
        }
        let operation = try store.makeOperation(on: transaction, lease: .seconds(-1))
        _ = try store.operation(operation.id)
        _ = try store.openOperations(transactionID: transaction.id)
        _ = try store.surroundings(ofOpenOperation: operation.id, fence: 1)
        _ = try store.operationsDue(limit: 10, exceptAt: ["other"])
        _ = try store.takeOverOperation(operation.id, fence: 1, lease: .seconds(3600))
        try store.voidLeases()
        _ = try store.keepOperationOpen(operation.id, fence: 2, outcome: "", standing: nil, nextCheckAfter: .zero, at: time())
        _ = try store.noteCall(operation, standing: OpenOperation(id: operation.id, kind: .confirm), at: time())
        _ = try store.endOperation(operation.id, fence: 2, state: .succeeded, outcome: "", at: time())
        let refund = try store.makeRefund(of: transaction, operation: operation.id, providerID: "re_1")
        try store.updateRefund(refund)
        try store.withdrawRefund(refund.id, at: time())
        _ = try store.refunds(transactionID: transaction.id)
        _ = try store.refund(operationID: operation.id)
        _ = try store.pendingRefunds(at: "mock", createdFrom: time(-1), createdTo: time(1), limit: 10)
        let reference = IdempotencyReference(owner: "42", key: "k")
        try store.insertIdempotencyKey(IdempotencyClaim(reference: reference, fingerprint: "f"), operationID: nil, at: time())
        _ = try store.idempotencyRecord(reference)
        try store.completeIdempotencyKey(reference, answer: StoredAnswer(status: 200, body: []), at: time())
        try store.deleteIdempotencyKey(reference)
        _ = try store.purgeIdempotencyKeys(completedBefore: time(), limit: 1)
        let event = WebhookEvent(id: "evt_1", type: "t", createdAt: time(), subject: .other)
        let webhook = try #require(
            try store.insertWebhook(NewWebhook(provider: "mock", event: event, rawBody: [], receivedAt: time()))
        )
        _ = try store.webhooksDue(at: time(), limit: 10, exceptAt: ["other"])
        _ = try store.webhookDue(webhook.id, at: time())
        try runWebhookPages(on: store, after: webhook.id)
        _ = try store.webhookBody(webhook.id)
        try store.updateWebhook(webhook.id, event: event, at: time())
        _ = try store.reopenWebhook(webhook.id, at: time())
        _ = try store.eventListing(of: "mock")
        try store.setEventListing(EventListing(until: time()), of: "mock", at: time())
        _ = try store.openPaymentsChecked(at: "mock")
        try store.setOpenPaymentsChecked(at: "mock", until: time(), at: time())
        _ = try store.workload()
        _ = try store.providersInUse(since: time(-1), except: [])
        try store.bringForward(provider: "mock", at: time())
        _ = try store.oldestOpenOperation(at: "mock")
        for scope in [OperationQuery.Scope.all, .unsettled] {
            for id in [nil, transaction.id] {
                for before in [nil, operation.id] {
                    _ = try store.operations(OperationQuery(scope, transactionID: id, beforeID: before, limit: 10))
                }
            }
        }
        _ = try store.endUnleasedOperation(operation.id, state: .failed, outcome: "", at: time())
        try store.postponeWebhook(webhook.id, until: time(), result: "")
        try store.endWebhook(webhook.id, state: .applied, result: "", at: time())
        let waiting = try store.makeTransaction(intent: "pi_3")
        var canceled = waiting
        canceled.status = .canceled
        canceled.clientSecret = "secret"
        _ = try store.updateTransaction(canceled, from: waiting)
        for _ in 0..<2 {
            _ = try store.emptyWebhooks(receivedBefore: time(1), limit: 10)
            _ = try store.removeClientSecrets(changedBefore: time(1), limit: 10)
        }
        _ = try store.deleteWebhooks(receivedBefore: time(1), limit: 10)
        var change = HistoryChange(type: "t", actor: "a", fromStatus: nil, toStatus: .failed)
        // What the erasure below erases.
        change.detail = "d"
        try store.appendHistory(change, of: transaction, at: time())
        // As in another transaction, which knows neither the table's last line nor the payment's.
        store.ends.forget()
        try store.appendHistory(change, of: transaction, at: time())
        _ = try store.history(transactionID: transaction.id)
        try runAudit(on: store)
        _ = try store.unsettledOperation(ofUser: "42")
        let about = WebhookEvent(id: "evt_2", type: "t", createdAt: time(), subject: .paymentIntentReference(id: "pi_1"))
        _ = try store.insertWebhook(NewWebhook(provider: "mock", event: about, rawBody: [], receivedAt: time()))
        _ = try store.erase("42", as: "erased-1", by: .gateway, limit: 10, at: time())
    }

    private func runAudit(on store: SQLiteTransaction) throws {
        _ = try store.historyChainStart()
        _ = try store.lastHistoryRoot()
        _ = try store.historyRoots(after: 0, limit: 10)
        _ = try store.insertHistoryRoot(
            HistoryRoot(day: "2026-01-08", firstLine: 1, lastLine: 0, bytes: HistoryLine.noHash), at: time())
        _ = try store.lineHashes(from: 1, through: 10, limit: 10)
        _ = try store.auditedLines(after: 0, limit: 10)
        _ = try store.ordersWithoutPayment(after: 0, limit: 10)
        _ = try store.paymentsOfOtherAmounts(after: 0, limit: 10)
        _ = try store.hasHistoryRoot(of: "2026-01-08")
        for payment in try store.auditedPayments(after: 0, limit: 10) { _ = try store.findings(on: payment, chainStart: 1) }
    }

    private func runWebhookPages(on store: SQLiteTransaction, after id: Int64) throws {
        let states: [WebhookRecord.State?] = [nil] + WebhookRecord.State.allCases
        for state in states {
            for filters in 0..<32 {
                func has(_ bit: Int) -> Bool { filters & (1 << bit) != 0 }
                var query = WebhookQuery(limit: 10)
                query.state = state
                query.provider = has(0) ? "mock" : nil
                query.eventID = has(1) ? "evt_1" : nil
                query.paymentIntentID = has(2) ? "pi_1" : nil
                query.receivedFrom = has(3) ? time(1) : nil
                query.afterID = has(4) ? id : nil
                _ = try store.webhooks(query)
            }
        }
    }

    private func plan(of sql: String, in database: Database) throws -> [String] {
        try explain("EXPLAIN QUERY PLAN", sql, in: database).map { $0["detail"] }
    }

    private func explain(_ how: String, _ sql: String, in database: Database) throws -> [Row] {
        let sql = sql.replacing(":id", with: "?")
        let nothing = [(any DatabaseValueConvertible)?](repeating: nil, count: sql.count { $0 == "?" })
        return try Row.fetchAll(database, sql: "\(how) \(sql)", arguments: StatementArguments(nothing))
    }

    /// Whether a walk along a table or an index ends soon, however many rows there are.
    private static func isBounded(_ step: String, of sql: String) -> Bool {
        // A page of everything is a walk along its index, or along the rows, that ends after as many as the page has.
        let pages = [
            "transactions_created", "transactions_updated", "transactions_unchanged", "webhook_events_arrival", "SCAN operations",
        ]
        if sql.hasSuffix("LIMIT ?"), pages.contains(where: { step.hasSuffix($0) }) { return true }
        // The last row of all.
        if sql.hasSuffix("ORDER BY id DESC LIMIT 1"), ["SCAN transaction_events", "SCAN history_roots"].contains(step) {
            return true
        }
        // Partial indexes over what is open hold nothing else, and at times all of that is wanted.
        let openOnes = ["operations_due", "payment_transactions_reviewed", "webhook_events_due"]
        if openOnes.contains(where: { step.hasSuffix(" INDEX \($0)") }) { return true }
        // A list that the statement was given, the one row of the installation, and providers that were found one by one.
        return ["SCAN CONSTANT ROW", "SCAN json_each", "SCAN installation", "SCAN found"].contains { step.hasPrefix($0) }
    }

    @Test("No statement reads a whole table, and none sorts but those over a few rows")
    func indexes() throws {
        let all = try statements().filter { !$0.hasPrefix("--") }
        let planned = all.filter { ["SELECT", "UPDATE", "DELETE", "INSERT", "WITH R"].contains($0.prefix(6)) }
        #expect(planned.count > 200)
        try withConnection { database throws in
            for sql in planned {
                for step in try plan(of: sql, in: database) {
                    if step.hasPrefix("SCAN") { #expect(Self.isBounded(step, of: sql), "\(step): \(sql)") }
                    if step.contains("TEMP B-TREE") {
                        // What is due and pending is little, and wanted in the order of arrival.
                        #expect(sql.contains("FROM webhook_events"), "\(step): \(sql)")
                    }
                }
            }
        }
    }

    @Test("No statement that adds a row or changes one fills a temporary table, but those that return it")
    func temporaryTables() throws {
        let writing = try statements().filter { sql in
            !sql.contains("RETURNING") && (sql.hasPrefix("INSERT") || sql.hasPrefix("UPDATE") && sql.contains(" id = ?"))
        }
        #expect(writing.count > 15)
        try withConnection { database throws in
            for sql in writing {
                let steps = try explain("EXPLAIN", sql, in: database)
                #expect(!steps.contains { $0["opcode"] == "OpenEphemeral" }, "\(sql)")
            }
        }
    }

    @Test("A payment that changes and keeps its intent leaves the index of intents alone")
    func intentsIndex() throws {
        let updates = try statements().filter { $0.hasPrefix("UPDATE payment_transactions") }
        #expect(updates.count == 5)
        try withConnection { database throws in
            let root = try Int.fetchOne(
                database, sql: "SELECT rootpage FROM sqlite_schema WHERE name = 'payment_transactions_intent'")
            for sql in updates {
                let writes = try explain("EXPLAIN", sql, in: database)
                    .contains { $0["opcode"] == "OpenWrite" && $0["p2"] == root }
                #expect(writes == sql.contains("payment_intent_id = ?"), "\(sql)")
            }
        }
    }

    @Test("A page by status, by provider or by both reads no row of another")
    func standings() throws {
        let pages = try statements().filter {
            $0.contains("status = ? AND provider = ?") && $0.contains("ORDER BY created_at DESC")
        }
        #expect(pages.count { !$0.contains("order_id = ?") } > 20)
        try withConnection { database throws in
            for sql in pages where !sql.contains("order_id = ?") {
                let searches = try plan(of: sql, in: database).filter { $0.hasPrefix("SEARCH") }
                #expect(searches.count == sql.count(of: "FROM payment_transactions"), "\(sql)")
                #expect(searches.allSatisfy { $0.contains("status=? AND provider=?") }, "\(searches): \(sql)")
            }
        }
    }

    @Test("A page by change times reads no row outside of them, and of one owner only what changes of all are under way")
    func updates() throws {
        let pages = try statements().filter { $0.contains("ORDER BY updated_at DESC") }
        #expect(pages.count > 150)
        try withConnection { database throws in
            for sql in pages where sql.contains("updated_at >= ?") || sql.contains("updated_at < ?") {
                let steps = try plan(of: sql, in: database).filter { $0.contains("payment_transactions") }
                #expect(steps.count == 2 && steps.allSatisfy { $0.hasPrefix("SEARCH") }, "\(steps): \(sql)")
                if sql.contains("updated_at >= ?") { #expect(steps.allSatisfy { $0.contains("updated_at>?") }, "\(steps)") }
                #expect(steps.contains { $0.contains("user_updated (user_id=?") } == sql.contains("user_id = ?"), "\(steps)")
            }
        }
    }

    @Test("A page of orders by status reads no order of another")
    func orderStandings() throws {
        let pages = try statements().filter {
            $0.contains("FROM orders INDEXED BY") && $0.contains("ORDER BY created_at DESC")
        }
        #expect(pages.count == 24)
        try withConnection { database throws in
            for sql in pages {
                let all = try plan(of: sql, in: database).filter { $0.hasPrefix("SEARCH") }
                let steps = all.filter { $0.hasPrefix("SEARCH orders ") }
                #expect(steps.count == sql.count(of: "FROM orders"), "\(sql)")
                #expect(steps.allSatisfy { $0.contains("status=?") }, "\(steps): \(sql)")
                // The sums of each order that the page shows.
                let sums = all.filter { $0 == "SEARCH payment_transactions USING INDEX payment_transactions_order (order_id=?)" }
                #expect(sums.count == 2 * steps.count && sums.count + steps.count == all.count, "\(all): \(sql)")
            }
        }
    }

    @Test("A refund that the provider answers at once never enters the index of those on their way, which is read by time")
    func pendingRefunds() throws {
        let query = try #require(try statements().first { $0.contains("refunds_pending") })
        try withConnection { database throws in
            let steps = try plan(of: query, in: database)
            #expect(steps.first?.hasPrefix("SEARCH refunds USING INDEX refunds_pending (created_at>? AND created_at<?)") == true)
            let store = SQLiteTransaction(database: database)
            let transaction = try store.makeTransaction(intent: "pi_1", status: .succeeded, captured: 1_000)
            func indexed() throws -> Int? {
                try Int.fetchOne(
                    database,
                    sql: """
                        SELECT count(*) FROM refunds INDEXED BY refunds_pending
                        WHERE status IN ('pending', 'requires_action') AND provider_refund_id IS NOT NULL AND deleted_at IS NULL
                        """)
            }
            var refund = try store.makeRefund(of: transaction)
            #expect(try indexed() == 0)
            refund.providerRefundID = "re_1"
            refund.status = .succeeded
            try store.updateRefund(refund)
            #expect(try indexed() == 0)
            _ = try store.makeRefund(of: transaction, providerID: "re_2")
            #expect(try indexed() == 1)
        }
    }

    @Test("What needs a provider is found by probes of an index, and counted to an end")
    func providersInUse() throws {
        let counts = try statements().filter {
            $0.hasPrefix("SELECT id FROM payment_transactions INDEXED BY") && $0.contains("created_at >= ?")
        }
        #expect(counts.count == 1)
        try withConnection { database throws in
            for sql in counts {
                let steps = try plan(of: sql, in: database)
                #expect(
                    steps.contains {
                        $0.hasSuffix(
                            "INDEX payment_transactions_standing (status=? AND provider=? AND created_at>?)")
                    }, "\(steps)")
                #expect(steps.count == 1 && sql.hasSuffix("LIMIT ?"), "\(steps)")
            }
        }
    }

    @Test("Every statement in the sources is among those whose plans are looked at")
    func nothingIsLeftOut() throws {
        let sources = try SourceStatement.all()
        #expect(sources.count > 40)
        let run = try statements()
        for statement in sources { #expect(run.contains { statement.matches($0) }, "\(statement)") }
    }

    @Test("Every change of a transaction counts its version, which flows trust that have read it before")
    func version() throws {
        let changes = try statements().filter { $0.hasPrefix("UPDATE payment_transactions") }
        #expect(changes.count >= 5)
        // The statement that follows this one in the same unit counts for both.
        for change in changes where !change.contains("SET closed_reason") {
            #expect(change.contains("version = version + 1"), "\(change)")
        }
    }

    @Test("Statements are found in sources, and told apart by what is not interpolated")
    func sources() {
        let source = """
            // "SELECT no"
            let a = "x \\(f("SELECT 1 FROM t")) y"
            let b = \"""
                UPDATE t SET a = ? \\
                WHERE \\(condition) AND b = ?
                \"""
            """
        #expect(
            SourceStatement.literals(in: source) == [
                ["x", "y"], ["SELECT 1 FROM t"], ["UPDATE t SET a = ? WHERE", "AND b = ?"],
            ])
        let statement = SourceStatement(file: "", pieces: ["UPDATE t SET a = ? WHERE", "AND b = ?"])
        #expect(statement.matches("UPDATE t SET a = ?\n WHERE id = ? AND b = ?"))
        #expect(!statement.matches("UPDATE t SET a = ? WHERE id = ? AND c = ?"))
        #expect(!statement.matches("SELECT 1; UPDATE t SET a = ? WHERE id = ? AND b = ?"))
    }

    @Test("A scan would be seen")
    func teeth() throws {
        try withConnection { database throws in
            #expect(try plan(of: "SELECT * FROM orders WHERE description = ?", in: database) == ["SCAN orders"])
        }
    }
}

extension String {
    fileprivate func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
