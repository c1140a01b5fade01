import GatewayHarness
import Testing

@Suite("Idempotency keys", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct IdempotencyTests {
    @Test("A repeat gets the same bytes and says so; nothing happens twice")
    func replay() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let body = #"{"amount":99.99,"currency":"USD"}"#
        let first = try await user.post("/orders", body, key: "order-1")
        let second = try await user.post("/orders", body, key: "order-1")
        #expect(first.status == 201)
        #expect(first.header("idempotency-replayed") == nil)
        #expect(second.status == 201)
        #expect(second.header("idempotency-replayed") == "true")
        #expect(second.body == first.body)
        #expect(try await user.get("/orders")["data"].elements.count == 1)
    }

    @Test("A repeated refund gives back once")
    func refund() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        let first = try await user.refund(payment, "3", key: "refund-1")
        let second = try await user.refund(payment, "3", key: "refund-1")
        #expect(first.status == 200)
        #expect(second.body == first.body)
        #expect(second.header("idempotency-replayed") == "true")
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "3")
        let other = try await user.refund(payment, "3", key: "refund-2")
        #expect(other.status == 200)
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "6")
    }

    @Test("A repeated creation of an intent answers 201 again, as the first time")
    func intent() async throws {
        let user = try GatewayProcess.shared.newUser()
        let order = try await user.createOrder()
        let first = try await user.requestIntent(order: order, key: "intent-1")
        let second = try await user.requestIntent(order: order, key: "intent-1")
        #expect(first.status == 201)
        #expect(second.status == 201)
        #expect(second.body == first.body)
        #expect(second.header("idempotency-replayed") == "true")
    }

    @Test("A key used for another body, query or path is refused")
    func reuse() async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        #expect(try await user.refund(payment, "1", key: "k").status == 200)
        expectProblem(try await user.refund(payment, "2", key: "k"), 422, "idempotency_key_reused")
        expectProblem(
            try await user.refund(payment, "1", json: #"{"reason":"duplicate"}"#, key: "k"), 422, "idempotency_key_reused")
        expectProblem(try await user.post("/orders", #"{"amount":1,"currency":"USD"}"#, key: "k"), 422, "idempotency_key_reused")
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "1")
    }

    @Test("Two users may use the same key")
    func otherUser() async throws {
        let gateway = try GatewayProcess.shared
        let body = #"{"amount":1,"currency":"USD"}"#
        let first = try await gateway.newUser().post("/orders", body, key: "shared-key")
        let second = try await gateway.newUser().post("/orders", body, key: "shared-key")
        #expect(first.status == 201 && second.status == 201)
        #expect(second.header("idempotency-replayed") == nil)
        #expect(first["id"] != second["id"])
    }

    @Test("One key twenty times at once has one effect; the others wait or repeat it")
    func atTheSameTime() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.pay("100.00")
        let answers = try await atOnce(20) { _ in try await user.refund(payment, "5", key: "once") }
        let done = answers.filter { $0.status == 200 }
        #expect(!done.isEmpty)
        for answer in answers where answer.status != 200 {
            expectProblem(answer, 409, "idempotency_in_flight")
            #expect(answer.header("retry-after") != nil, "\(answer)")
        }
        #expect(Set(done.map(\.body)).count == 1)
        #expect(done.count { $0.header("idempotency-replayed") == nil } == 1)
        let later = try await user.refund(payment, "5", key: "once")
        #expect(later.body == done.first?.body)
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "5")
    }

    @Test("A key of 255 visible ASCII characters is taken")
    func longest() async throws {
        let user = try GatewayProcess.shared.newUser()
        let key = String(repeating: "k~!", count: 85)
        #expect(key.count == 255)
        #expect(try await user.post("/orders", #"{"amount":1,"currency":"USD"}"#, key: key).status == 201)
    }

    @Test(
        "A key that is too long or not visible ASCII answers 400",
        arguments: [
            String(repeating: "k", count: 256), "two words", "schlüssel", "a\tb",
        ])
    func badKey(key: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        expectProblem(try await user.post("/orders", #"{"amount":1,"currency":"USD"}"#, key: key), 400, "invalid_request")
        #expect(try await user.get("/orders")["data"].elements.isEmpty)
    }

    @Test("A request that was wrong leaves its key free for the corrected one")
    func corrected() async throws {
        let user = try GatewayProcess.shared.newUser()
        #expect(try await user.post("/orders", #"{"amount":-1,"currency":"USD"}"#, key: "correction").status == 422)
        let answer = try await user.post("/orders", #"{"amount":1,"currency":"USD"}"#, key: "correction")
        #expect(answer.status == 201, "\(answer)")
    }
}
