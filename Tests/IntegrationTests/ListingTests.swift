import GatewayHarness
import Testing

@Suite("Lists", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct ListingTests {
    @Test("Pages run from the newest to the oldest, each row once, also while rows are added")
    func pages() async throws {
        let user = try GatewayProcess.shared.newUser()
        var transactions: [Int] = []
        for _ in 0..<7 { transactions.append(try await user.begin("1").transaction) }

        var seen: [Int] = []
        var cursor: String?
        var pages = 0
        repeat {
            let answer = try await user.get("/payments/transactions?limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(answer.status == 200, "\(answer)")
            let page = answer["data"].elements.compactMap { $0["id"].integer }
            #expect(page.count <= 3)
            seen += page
            cursor = answer["next_cursor"].string
            pages += 1
            // A row that comes in between is newer than the whole listing.
            if pages == 1 { _ = try await user.begin("1") }
        } while cursor != nil && pages < 10
        #expect(seen == transactions.sorted(by: >))
        #expect(pages == 3)
    }

    @Test("Orders have pages too")
    func orderPages() async throws {
        let user = try GatewayProcess.shared.newUser()
        var orders: [Int] = []
        for _ in 0..<5 { orders.append(try await user.createOrder("1")) }
        let first = try await user.get("/orders?limit=4")
        #expect(first["data"].elements.compactMap { $0["id"].integer } == orders.reversed().prefix(4).map { $0 })
        let cursor = try #require(first["next_cursor"].string)
        let second = try await user.get("/orders?limit=4&cursor=\(cursor)")
        #expect(second["data"].elements.compactMap { $0["id"].integer } == [orders[0]])
        #expect(second["next_cursor"] == .null)
    }

    @Test("A page holds twenty rows unless told, and no client secret")
    func defaultLimit() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.begin()
        let answers = try await atOnce(21) { _ in try await user.begin("1") }
        #expect(answers.count == 21)
        let page = try await user.get("/payments/transactions")
        #expect(page["data"].elements.count == 20)
        #expect(!page.text.contains("_secret_"), "client secrets are never listed")
        let all = try await user.get("/payments/transactions?limit=100")
        #expect(all["data"].elements.count == 22)
        #expect(all["data"].elements.last?["id"].integer == payment.transaction)
    }

    @Test("Filters keep what they say")
    func filters() async throws {
        let user = try GatewayProcess.shared.newUser()
        let paid = try await user.pay("1")
        let open = try await user.begin("2")
        let elsewhere = try await user.begin("3", more: #","provider":"mock2""#)
        func ids(_ query: String) async throws -> [Int?] {
            let answer = try await user.get("/payments/transactions?\(query)")
            #expect(answer.status == 200, "\(answer)")
            return answer["data"].elements.map { $0["id"].integer }
        }
        #expect(try await ids("order_id=\(paid.order)") == [paid.transaction])
        #expect(try await ids("status=succeeded") == [paid.transaction])
        #expect(try await ids("status=requires_payment_method") == [elsewhere.transaction, open.transaction])
        #expect(try await ids("provider=mock2") == [elsewhere.transaction])
        #expect(try await ids("provider=mock&status=requires_payment_method") == [open.transaction])
        let created = try #require(try await user.transaction(open)["created_at"].string)
        #expect(try await ids("created_from=\(created)") == [elsewhere.transaction, open.transaction])
        #expect(try await ids("created_to=\(created)") == [paid.transaction])
        #expect(try await ids("created_from=2099-01-01T00:00:00Z") == [])
        // The same moment in another zone.
        #expect(try await ids("created_to=2099-01-01T02:00:00%2B02:00").count == 3)
    }

    @Test("Payments are listed by their last change, and a window of changes holds each payment that changed in it")
    func changes() async throws {
        let user = try GatewayProcess.shared.newUser()
        var payments: [Payment] = []
        for _ in 0..<5 { payments.append(try await user.begin("1")) }
        // The oldest changes last.
        for payment in [payments[2], payments[0]] {
            _ = try await user.post("/payments/\(payment.intent)/confirm", #"{"payment_method":"pm_card_visa"}"#)
        }
        func page(_ query: String) async throws -> (ids: [Int?], cursor: String?) {
            let answer = try await user.get("/payments/transactions?\(query)")
            #expect(answer.status == 200, "\(answer)")
            return (answer["data"].elements.map { $0["id"].integer }, answer["next_cursor"].string)
        }
        let expected = [payments[0], payments[2], payments[4], payments[3], payments[1]].map(\.transaction)
        #expect(try await page("order_by=updated_at").ids == expected)
        let first = try await page("order_by=updated_at&limit=2")
        #expect(first.ids == Array(expected.prefix(2)))
        let second = try await page("order_by=updated_at&limit=2&cursor=\(try #require(first.cursor))")
        #expect(second.ids == Array(expected[2..<4]))
        let changed = try #require(try await user.transaction(payments[2])["updated_at"].string)
        #expect(try await page("updated_from=\(changed)").ids == Array(expected.prefix(2)))
        #expect(try await page("updated_to=\(changed)").ids == Array(expected.suffix(3)))
        #expect(try await page("updated_from=\(changed)&status=succeeded&provider=mock").ids == Array(expected.prefix(2)))
        #expect(try await page("updated_from=\(changed)&status=failed").ids.isEmpty)
        #expect(try await page("order_by=updated_at&order_id=\(payments[1].order)&status=failed").ids.isEmpty)
        #expect(try await page("order_by=created_at").ids == payments.reversed().map(\.transaction))
        // A cursor goes with the order of its page.
        let cursor = try #require(first.cursor)
        expectProblem(try await user.get("/payments/transactions?cursor=\(cursor)"), 422, "invalid_request", field: "cursor")
    }

    @Test("Orders are listed by status and time of creation")
    func orderFilters() async throws {
        let user = try GatewayProcess.shared.newUser()
        let paid = try await user.pay("1")
        let open = try await user.createOrder("1")
        func ids(_ query: String) async throws -> [Int?] {
            let answer = try await user.get("/orders?\(query)")
            #expect(answer.status == 200, "\(answer)")
            return answer["data"].elements.map { $0["id"].integer }
        }
        #expect(try await ids("status=completed") == [paid.order])
        #expect(try await ids("status=pending") == [open])
        #expect(try await ids("status=refunded") == [])
        let created = try #require(try await user.get("/orders/\(open)")["created_at"].string)
        #expect(try await ids("created_from=\(created)") == [open])
        #expect(try await ids("created_to=\(created)") == [paid.order])
        #expect(try await ids("status=pending&created_to=\(created)") == [])
        for (query, field) in [
            ("status=paid", "status"), ("created_from=yesterday", "created_from"), ("updated_from=x", "updated_from"),
        ] {
            expectProblem(try await user.get("/orders?\(query)"), 422, "invalid_request", field: field)
        }
    }

    @Test(
        "A query that is wrong is refused by the parameter's name",
        arguments: [
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=-1", "limit"), ("limit=ten", "limit"), ("limit=", "limit"),
            ("status=paid", "status"), ("order_id=x", "order_id"), ("order_id=0", "order_id"),
            ("created_from=yesterday", "created_from"),
            ("created_to=2026-13-01T00:00:00Z", "created_to"), ("cursor=nonsense", "cursor"), ("cursor=%00", "cursor"),
            ("colour=red", "colour"), ("order_by=amount", "order_by"), ("updated_to=now", "updated_to"),
            ("order_by=created_at&updated_from=2026-01-01T00:00:00Z", "updated_from"),
            ("order_by=created_at&updated_to=2026-01-01T00:00:00Z", "updated_to"),
            ("order_by=updated_at&status=succeeded", "updated_from"),
            ("updated_to=2026-01-01T00:00:00Z&provider=mock", "updated_from"),
        ]
    )
    func badQuery(query: String, field: String) async throws {
        let answer = try await GatewayProcess.shared.newUser().get("/payments/transactions?\(query)")
        expectProblem(answer, 422, "invalid_request", field: field)
    }

    @Test("A cursor shows nobody else's rows")
    func foreignCursor() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        for _ in 0..<3 { _ = try await owner.begin("1") }
        let cursor = try #require(try await owner.get("/payments/transactions?limit=1")["next_cursor"].string)
        let answer = try await gateway.newUser().get("/payments/transactions?limit=1&cursor=\(cursor)")
        #expect(answer["data"].elements.isEmpty, "\(answer)")
    }
}
