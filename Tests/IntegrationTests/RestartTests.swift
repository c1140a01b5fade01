import GatewayHarness
import Glibc
import Testing

extension OneAtATime {
    @Suite("After a restart", .timeLimit(.minutes(10)))
    struct RestartTests {
        /// How a gateway ends.
        enum Ending: String, Sendable, CaseIterable {
            case sigterm, sigkill
        }

        @Test("Everything that was answered is still there, and goes on from there", arguments: Ending.allCases)
        func everythingStays(ending: Ending) async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let open = try await user.begin("5.00")
                let authorised = try await user.begin("7.00", more: #","capture_method":"manual""#)
                _ = try await user.confirm(authorised)
                let paid = try await user.pay("99.99")
                let order = #"{"amount":1,"currency":"USD"}"#
                let keyed = try await user.post("/orders", order, key: "before-the-restart")
                #expect(try await user.refund(paid, "50.00").status == 200)
                let before = try await Self.snapshot(user, [open, authorised, paid])

                switch ending {
                case .sigterm: #expect(try await gateway.terminate() == .exited(0))
                case .sigkill: await gateway.kill()
                }
                try await gateway.start()

                #expect(try await Self.snapshot(user, [open, authorised, paid]) == before)
                let replayed = try await user.post("/orders", order, key: "before-the-restart")
                #expect(replayed.body == keyed.body)
                #expect(replayed.header("idempotency-replayed") == "true")

                // The provider's own book outlived it too: what was begun is finished.
                #expect(try await user.confirm(open).status == 200)
                #expect(try await gateway.admin.post("/payments/\(authorised.intent)/capture").status == 200)
                let rest = try await user.refund(paid)
                #expect(rest["amount"].decimal == "49.99", "\(rest)")
                #expect(try await user.orderStatus(paid) == "refunded")
                #expect(try await gateway.database.value("PRAGMA integrity_check").string == "ok")
            }
        }

        @Test("SIGTERM under load exits 0, and what was done is exactly what was answered")
        func drain() async throws {
            try await withGateway { gateway in
                let load = Load(gateway)
                async let answered = load.run(workers: 8)
                try await eventually("some payments are made") { try gateway.effects("confirm") >= 10 }
                let end = try await gateway.terminate()
                let result = try await answered
                #expect(end == .exited(0), "\(gateway.recentLog)")
                #expect(result.confirmed.count >= 10)

                let database = gateway.database
                #expect(try await database.count("SELECT count(*) FROM orders") == result.orders.count)
                #expect(try await database.count("SELECT count(*) FROM payment_transactions") == result.intents.count)
                let paid = try await database.count("SELECT count(*) FROM payment_transactions WHERE status = 'succeeded'")
                #expect(paid == result.confirmed.count)
                #expect(try gateway.effects("create") == result.intents.count)
                #expect(try gateway.effects("confirm") == result.confirmed.count)
            }
        }

        @Test("After kill -9 under load nothing that was answered is lost, and the books come to equal the provider's")
        func killUnderLoad() async throws {
            try await withGateway { gateway in
                let load = Load(gateway)
                async let answered = load.run(workers: 8)
                try await eventually("some payments are made") { try gateway.effects("confirm") >= 10 }
                await gateway.kill()
                let result = try await answered
                try await gateway.start()

                let admin = gateway.admin
                for order in result.orders { #expect(try await admin.get("/orders/\(order)").status == 200) }
                for intent in result.confirmed {
                    #expect(try await admin.get("/payments/\(intent)")["status"].string == "succeeded", "\(intent)")
                }
                // What was running when it died is settled: takeovers start at once, since leases of dead processes are void.
                try await eventually("no operation is open") {
                    try await gateway.database.count("SELECT count(*) FROM operations WHERE state IN ('pending', 'unknown')") == 0
                }
                let paid = try await gateway.database.count(
                    "SELECT count(*) FROM payment_transactions WHERE status = 'succeeded'")
                #expect(try gateway.effects("confirm") == paid)
                let intents = try await gateway.database.count(
                    "SELECT count(*) FROM payment_transactions WHERE payment_intent_id IS NOT NULL"
                )
                #expect(try gateway.effects("create") == intents)
            }
        }

        @Test("A request that is under way when SIGTERM arrives is answered, while new ones are not taken")
        func requestUnderWay() async throws {
            try await withGateway { gateway in
                let user = gateway.newUser()
                let body = #"{"amount":1,"currency":"USD"}"#
                let head =
                    "POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                    + "Authorization: \(user.authorization ?? "")\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                let port = gateway.port
                let connection = try await onOwnThread {
                    let connection = try SocketConnection(port: port)
                    _ = connection.send(Array((head + body.prefix(10)).utf8))
                    return connection
                }
                // Answers to others since show that the gateway has read what came before.
                for _ in 0..<10 { _ = try await user.get("/orders") }
                gateway.signal(SIGTERM)
                try await eventually("new connections are not taken") {
                    try await onOwnThread { (try? SocketConnection(port: port)) == nil }
                }
                let answer = try await onOwnThread {
                    _ = connection.send(Array(body.utf8.dropFirst(10)))
                    var reader = HTTPResponseReader(connection)
                    return try reader.next()
                }
                #expect(answer.status == 201, "\(answer)")
                #expect(try await gateway.terminate() == .exited(0), "\(gateway.recentLog)")
                #expect(try await gateway.database.count("SELECT count(*) FROM orders") == 1)
            }
        }

        @Test("A second gateway on the same database refuses to start, and the first goes on")
        func secondGateway() async throws {
            try await withGateway { gateway in
                let port = try SocketConnection.freeServerPort()
                let second = try await gateway.command("serve", "--port", "\(port)")
                #expect(second.end != .exited(0), "\(second.everything)")
                #expect(second.everything.contains("gateway.db"), "it names the database: \(second.everything)")
                #expect(gateway.isRunning)
                _ = try await gateway.newUser().pay()
            }
        }

        @Test("A port that is taken is named, with what to do")
        func takenPort() async throws {
            try await withGateway { gateway in
                try await withGateway(started: false) { second in
                    let result = try await second.command("serve", "--port", "\(gateway.port)")
                    #expect(result.end == .exited(1), "\(result.everything)")
                    #expect(result.everything.contains("cannot listen on 127.0.0.1:\(gateway.port)"), "\(result.everything)")
                    #expect(result.everything.contains("--port"), "\(result.everything)")
                }
            }
        }

        private static func snapshot(_ user: Client, _ payments: [Payment]) async throws -> [JSONText] {
            var all: [JSONText] = []
            for payment in payments {
                all.append(try await user.transaction(payment))
                all.append(try await user.get("/orders/\(payment.order)").json())
                all.append(try await user.get("/payments/\(payment.intent)/refunds").json())
            }
            return all
        }
    }
}
