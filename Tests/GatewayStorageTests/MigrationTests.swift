import GRDB
import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Migrations")
struct MigrationTests {
    @Test("From nothing they make every table, all of them strict, and leave foreign keys whole")
    func fromEmpty() throws {
        try withConnection { database throws in
            let tables = try Row.fetchAll(database, sql: "SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
                .filter { !($0["name"] as String).hasPrefix("sqlite_") && $0["name"] != "grdb_migrations" }
            #expect(
                Set(tables.map { $0["name"] as String }) == [
                    "orders", "payment_transactions", "operations", "refunds", "idempotency_keys", "webhook_events",
                    "transaction_events", "installation", "event_listings", "purges", "database_identity",
                    "history_chain", "history_roots", "disputes",
                ]
            )
            for table in tables { #expect(table["strict"] == 1, "\(table)") }
            try database.checkForeignKeys()
            #expect(try String.fetchOne(database, sql: "SELECT installation FROM installation") == "test")
        }
    }

    @Test("They say what they did: everything the first time, nothing the second")
    func applied() async throws {
        try await withTemporaryFolder { folder throws in
            #expect(
                try await SQLiteStore.migrate(path: folder + "/gateway.db") == [
                    "0001-initial-schema", "0002-recovery", "0003-pages", "0004-comparisons", "0005-lists",
                    "0006-retention", "0007-erasure", "0008-identity", "0009-history-chain", "0010-open-operations",
                    "0011-event-pages", "0012-pending-refunds", "0013-lifecycle",
                ])
            #expect(try await SQLiteStore.migrate(path: folder + "/gateway.db") == [])
        }
    }

    @Test("A schema newer than the program is refused and left alone", arguments: [SQLiteStore.Access.exclusive, .readOnly])
    func newer(_ access: SQLiteStore.Access) async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            let store = try SQLiteStore.open(path: path)
            try await store.sql("INSERT INTO grdb_migrations VALUES ('0099-from-the-future')")
            _ = try await store.write { try $0.makeOrder() }
            await store.close()

            let error = #expect(throws: DatabaseOpenError.self) { try SQLiteStore.open(path: path, access: access) }
            #expect(error == .newerSchema(path: path, migrations: ["0099-from-the-future"]))
            #expect(error?.description.contains("0099-from-the-future") == true)
            // The refusal has given up the lock too.
            _ = try DatabaseLock(databasePath: path)
            let queue = try DatabaseQueue(path: path)
            #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM orders") } == 1)
            try queue.close()
        }
    }

    @Test("A command that reads does not migrate: it names the command that does")
    func readOnlyDoesNotMigrate() async throws {
        try await withTemporaryFolder { folder throws in
            let path = folder + "/gateway.db"
            try await SQLiteStore.open(path: path).close()
            let queue = try DatabaseQueue(path: path)
            try queue.write { try $0.execute(sql: "DELETE FROM grdb_migrations") }
            try queue.close()
            let error = #expect(throws: DatabaseOpenError.self) { try SQLiteStore.open(path: path, access: .readOnly) }
            #expect(error == .needsMigration(path: path))
            #expect(error?.description.contains("gateway migrate") == true)
        }
    }

    @Test("A database of the first schema learns which intent each stored event is about")
    func eventsOfTheFirstSchema() throws {
        let queue = try DatabaseQueue()
        let migrator = GatewayMigrator.make(installation: { "test" })
        try migrator.migrate(queue, upTo: Migration0001InitialSchema.identifier)
        let refund = Refund(id: "re_1", paymentIntentID: "pi_3", amount: try money(100), status: .succeeded)
        let dispute = Dispute(id: "du_1", paymentIntentID: "pi_5", amount: try money(100), status: "lost", reason: "general")
        let subjects: [WebhookEvent.Subject] = [
            .paymentIntent(PaymentIntent(id: "pi_1", status: .succeeded, amount: try money(100))),
            .paymentIntentReference(id: "pi_2"), .refund(refund), .refundsOfPaymentIntent(id: "pi_4"), .dispute(dispute), .other,
        ]
        try queue.write { database in
            for (number, subject) in subjects.enumerated() {
                let event = WebhookEvent(id: "evt_\(number)", type: "t", createdAt: time(), subject: subject)
                try database.execute(
                    sql: """
                        INSERT INTO webhook_events
                            (provider, event_id, event, raw_body, state, attempts, next_try_at, created_at, updated_at)
                        VALUES ('mock', ?, ?, x'7B7D', 'applied', 0, 0, 0, 0)
                        """,
                    arguments: [event.id, try JSONColumn.encode(event)])
            }
        }
        try migrator.migrate(queue)
        let intents = try queue.read {
            try Optional<String>.fetchAll($0, sql: "SELECT payment_intent_id FROM webhook_events ORDER BY id")
        }
        #expect(intents == ["pi_1", "pi_2", "pi_3", "pi_4", "pi_5", nil])
        #expect(subjects.map(\.paymentIntentID) == intents, "what the migration reads is what is stored from now on")
    }

    @Test("A database of the third schema keeps its rows, its indexes and all that its constraints say, without their lists")
    func constraintsOfTheThirdSchema() throws {
        let queue = try DatabaseQueue()
        let migrator = GatewayMigrator.make(installation: { "test" })
        try migrator.migrate(queue, upTo: Migration0003Pages.identifier)
        try queue.write { database throws in
            let store = SQLiteTransaction(database: database)
            for state in ["manual_review", "pending"] {
                // As that schema had them, without what came later.
                try database.execute(
                    sql: """
                        INSERT INTO operations (
                            transaction_id, kind, state, request, attempts, may_have_been_sent, fence, next_check_at, request_id, created_at,
                            updated_at
                        ) VALUES (?, 'confirm', ?, '{"confirm":{"_0":{"paymentIntentID":"pi_1"}}}', 1, 0, 1, 1, 'req_1', 1, 1)
                        """,
                    arguments: [try store.makeTransaction().id, state])
            }
        }
        let known = "SELECT count(*) FROM sqlite_schema"
        let before = try queue.read { try Int.fetchOne($0, sql: known) }
        try migrator.migrate(queue, upTo: Migration0004Comparisons.identifier)
        #expect(try queue.read { try Int.fetchOne($0, sql: known) } == before)
        try queue.write { database throws in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            let texts = try String.fetchAll(
                database, sql: "SELECT sql FROM sqlite_schema WHERE type = 'table' AND sql IS NOT NULL")
            #expect(texts.joined().matches(of: #/ = '\w+' OR /#).count == 50)
            #expect(texts.allSatisfy { Migration0004Comparisons.comparing($0) == $0 })
        }
        // The store's statements read columns that came later.
        try migrator.migrate(queue)
        try queue.write { database throws in
            let unsettled = try SQLiteTransaction(database: database).operations(OperationQuery(.unsettled, limit: 10))
            #expect(unsettled.map(\.operation.state) == [.pending, .unknown])
            let error = #expect(throws: DatabaseError.self) { try database.execute(sql: "UPDATE operations SET state = 'x'") }
            #expect(error?.message?.contains("operations_state_known") == true)
            try database.execute(sql: "UPDATE operations SET state = 'succeeded'")
        }
    }

    @Test("A schema whose text is not what is rewritten stays as it was")
    func unknownText() throws {
        let queue = try DatabaseQueue()
        let migrator = GatewayMigrator.make(installation: { "test" })
        try migrator.migrate(queue, upTo: Migration0003Pages.identifier)
        try queue.write { database in
            try database.execute(
                sql: """
                    DROP INDEX operations_unsettled;
                    CREATE INDEX operations_unsettled ON operations (id) WHERE state = 'pending';
                    """)
        }
        let known = "SELECT group_concat(sql) FROM sqlite_schema"
        let before = try queue.read { try String.fetchOne($0, sql: known) }
        #expect(throws: DatabaseError.self) { try migrator.migrate(queue) }
        try queue.write { database throws in
            #expect(try String.fetchOne(database, sql: known) == before)
            // And the schema is protected again.
            #expect(throws: DatabaseError.self) { try database.execute(sql: "UPDATE sqlite_schema SET sql = ''") }
        }
    }

    @Test(
        "Only lists of more than two values become comparisons",
        arguments: [
            ("a IN ('x', 'y')", "a IN ('x', 'y')"), ("a IN ('x','y','z')", "(a = 'x' OR a = 'y' OR a = 'z')"),
            ("b IN (\n  'x', 'y_1',\n 'z'\n)", "(b = 'x' OR b = 'y_1' OR b = 'z')"),
            ("a NOT IN ('x', 'y', 'z')", "a NOT IN ('x', 'y', 'z')"),
            ("a IN (0, 1, 2)", "a IN (0, 1, 2)"),
        ])
    func comparisons(list: String, comparing: String) {
        #expect(Migration0004Comparisons.comparing(list) == comparing)
    }

    @Test("A migration that fails changes nothing")
    func failing() throws {
        let queue = try DatabaseQueue()
        try queue.write { try $0.execute(sql: "CREATE TABLE refunds (x)") }
        #expect(throws: DatabaseError.self) { try GatewayMigrator.make(installation: { "test" }).migrate(queue) }
        let tables = try queue.read {
            try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'grdb_migrations'")
        }
        #expect(tables == ["refunds"])
    }
}
