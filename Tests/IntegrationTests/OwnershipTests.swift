import GatewayHarness
import Testing

@Suite("Owner or admin", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct OwnershipTests {
    @Test("What belongs to somebody else answers exactly like what does not exist")
    func othersSeeNothing() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        let other = gateway.newUser()
        let payment = try await owner.pay()
        let nobodys = 999_999_999
        // Each path with the owner's id, and the same with one that does not exist.
        let reads = [
            ("/orders/\(payment.order)", "/orders/\(nobodys)"),
            ("/payments/transactions/\(payment.transaction)", "/payments/transactions/\(nobodys)"),
            ("/payments/transactions/\(payment.transaction)/events", "/payments/transactions/\(nobodys)/events"),
            ("/payments/\(payment.intent)", "/payments/pi_nobodys"),
            ("/payments/\(payment.intent)/refunds", "/payments/pi_nobodys/refunds"),
        ]
        for (path, missing) in reads {
            let foreign = try await other.get(path)
            let absent = try await other.get(missing)
            expectProblem(foreign, 404, "not_found")
            #expect(Self.withoutRequestID(foreign) == Self.withoutRequestID(absent), "\(path)")
            #expect(try await owner.get(path).status == 200, "\(path)")
            #expect(try await gateway.admin.get(path).status == 200, "\(path)")
        }
        let writes = [
            ("confirm", #"{"payment_method":"pm_card_visa"}"#), ("cancel", "{}"), ("refund", "{}"),
        ]
        for (action, body) in writes {
            let foreign = try await other.post("/payments/\(payment.intent)/\(action)", body)
            let absent = try await other.post("/payments/pi_nobodys/\(action)", body)
            expectProblem(foreign, 404, "not_found")
            #expect(Self.withoutRequestID(foreign) == Self.withoutRequestID(absent), "\(action)")
        }
        #expect(try await owner.transaction(payment)["status"].string == "succeeded")
    }

    @Test("Nobody pays for somebody else's order, but an admin does")
    func othersDoNotPay() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        let order = try await owner.createOrder()
        expectProblem(try await gateway.newUser().requestIntent(order: order), 404, "not_found")
        let byAdmin = try await gateway.admin.requestIntent(order: order)
        #expect(byAdmin.status == 201, "\(byAdmin)")
    }

    @Test("An owner refunds their own payment, an admin anybody's")
    func refunds() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        let payment = try await owner.pay("10.00")
        #expect(try await owner.refund(payment, "1").status == 200)
        #expect(try await gateway.admin.refund(payment, "1").status == 200)
    }

    @Test("Capturing is for admins: the owner gets 403")
    func capture() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        let payment = try await owner.begin(more: #","capture_method":"manual""#)
        _ = try await owner.confirm(payment)
        expectProblem(try await owner.post("/payments/\(payment.intent)/capture"), 403, "forbidden")
        #expect(try await owner.transaction(payment)["status"].string == "requires_capture")
    }

    @Test("The providers are for admins", arguments: [("GET", "/providers"), ("POST", "/providers/reload")])
    func providers(method: String, path: String) async throws {
        let gateway = try GatewayProcess.shared
        expectProblem(try await gateway.newUser().send(method, path), 403, "forbidden")
        expectProblem(try await gateway.anonymous.send(method, path), 401, "unauthenticated")
        let answer = try await gateway.admin.send(method, path)
        #expect(answer.status == 200, "\(answer)")
    }

    @Test("An admin creates an order for a user; a user cannot for somebody else")
    func orderFor() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let body = #"{"amount":5,"currency":"EUR","user_id":"\#(user.subject)"}"#
        let byAdmin = try await gateway.admin.post("/orders", body)
        #expect(byAdmin.status == 201, "\(byAdmin)")
        #expect(byAdmin["user_id"].string == user.subject)
        #expect(try await user.get("/orders/\(try #require(byAdmin["id"].integer))").status == 200)
        let byOther = try await gateway.newUser().post("/orders", body)
        expectProblem(byOther, 403, "forbidden")
    }

    @Test("Lists hold one's own orders and transactions only")
    func lists() async throws {
        let gateway = try GatewayProcess.shared
        let owner = gateway.newUser()
        let payment = try await owner.pay()
        let other = gateway.newUser()
        for path in ["/orders", "/payments/transactions"] {
            let foreign = try await other.get(path)
            #expect(foreign.status == 200, "\(foreign)")
            #expect(foreign["data"].elements.isEmpty, "\(foreign)")
            #expect(try await owner.get(path)["data"].elements.count == 1)
        }
        // Asking for somebody else's order by the filter shows nothing either.
        #expect(try await other.get("/payments/transactions?order_id=\(payment.order)")["data"].elements.isEmpty)
        let all = try await gateway.admin.get("/payments/transactions?order_id=\(payment.order)")
        #expect(all["data"].elements.map { $0["id"].integer } == [payment.transaction])
    }

    private static func withoutRequestID(_ answer: HTTPAnswer) -> JSONText? {
        guard case .object(var members)? = try? answer.json() else { return nil }
        members["request_id"] = nil
        return .object(members)
    }
}
