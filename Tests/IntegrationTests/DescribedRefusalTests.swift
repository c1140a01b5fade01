import GatewayHarness
import Testing

/// Every operation is refused in the ways that its description has; `Tests/Contract/check_answers.py` holds the answers against it.
@Suite("What all operations refuse alike", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct DescribedRefusalTests {
    private static func operations(_ fits: (DescribedAPI.Operation) -> Bool) async throws -> [DescribedAPI.Operation] {
        let operations = try await DescribedAPI(of: GatewayProcess.shared).operations.values.filter(fits)
        try #require(!operations.isEmpty)
        return operations.sorted { $0.id < $1.id }
    }

    private static func send(
        _ operation: DescribedAPI.Operation, query: String = "", body: String? = nil, key: String? = nil,
        contentType: String = "application/json", as caller: Client
    ) async throws -> HTTPAnswer {
        // The answer must not hang on what is there: the ids of the examples are nobody's here.
        let path = operation.template.replacing("/api/v1", with: "").replacing(/\{\w+\}/, with: "999999999") + query
        return try await caller.send(
            operation.method, path, body: body.map { Array($0.utf8) }, key: key, headers: [("Content-Type", contentType)])
    }

    @Test("No operation that needs a token works without one")
    func unauthenticated() async throws {
        let gateway = try GatewayProcess.shared
        for operation in try await Self.operations({ $0.needsToken }) {
            let body = operation.takesJSON ? "{}" : nil
            expectProblem(try await Self.send(operation, body: body, as: gateway.anonymous), 401, "unauthenticated")
        }
    }

    @Test("A parameter that there is not, and a body that is none, is too large, of another type or holds a card number")
    func malformed() async throws {
        let admin = try GatewayProcess.shared.admin
        for operation in try await Self.operations({ $0.needsToken }) {
            let answer = try await Self.send(operation, query: "?no_such=1", body: operation.takesJSON ? "{}" : nil, as: admin)
            expectProblem(answer, 422, "invalid_request", field: "no_such")
            guard operation.takesJSON else { continue }
            let long = #"{"x":""# + String(repeating: "x", count: 400_000) + #""}"#
            expectProblem(try await Self.send(operation, body: "{", as: admin), 400, "invalid_request")
            expectProblem(try await Self.send(operation, body: long, as: admin), 413, "payload_too_large")
            expectProblem(
                try await Self.send(operation, body: "{}", contentType: "text/plain", as: admin), 415, "unsupported_media_type")
            expectProblem(
                try await Self.send(operation, body: #"{"no_such":1}"#, as: admin), 422, "invalid_request", field: "no_such")
            expectProblem(
                try await Self.send(operation, body: #"{"x":"4242 4242 4242 4242"}"#, as: admin), 422, "card_number_refused")
        }
    }

    @Test("What does not exist answers 404")
    func notFound() async throws {
        let admin = try GatewayProcess.shared.admin
        for operation in try await Self.operations({ $0.needsToken && $0.template.contains("{") }) {
            expectProblem(try await Self.send(operation, as: admin), 404, "not_found")
        }
        let create = #"{"order_id":999999999,"amount":1,"currency":"USD"}"#
        expectProblem(try await admin.post("/payments/create-payment-intent", create), 404, "not_found")
    }

    @Test("Users may not do what only admins may")
    func forbidden() async throws {
        let user = try GatewayProcess.shared.newUser()
        for operation in try await Self.operations({ DescribedAPI.forAdmins.contains($0.id) }) {
            expectProblem(try await Self.send(operation, as: user), 403, "forbidden")
        }
    }

    @Test("A key that came with another request is refused", arguments: PaymentCall.allCases)
    func reusedKey(command: PaymentCall) async throws {
        let user = try GatewayProcess.shared.admin
        var request = try await command.request(of: user)
        request.key = "reused-\(command)"
        let order = #"{"amount":1,"currency":"USD"}"#
        let first = try await user.post("/orders", order, key: request.key)
        #expect(first.status == 201, "\(first)")
        expectProblem(try await request.send(), 422, "idempotency_key_reused")
        request.key = "bad key"
        expectProblem(try await request.send(), 400, "invalid_request")
    }

    @Test("What does not fit the payment's state answers 409", arguments: ["confirm", "capture", "cancel", "refund"])
    func wrongState(command: String) async throws {
        let admin = try GatewayProcess.shared.admin
        let payment = try await admin.begin()
        if command != "capture", command != "refund" { #expect(try await admin.confirm(payment).status == 200) }
        expectProblem(try await admin.post("/payments/\(payment.intent)/\(command)"), 409, "invalid_state")
    }

    @Test("The documentation has what it has, says when a copy is still good, and what it has not")
    func documentation() async throws {
        let port = try GatewayProcess.shared.port
        for path in ["/api/docs", "/api/redoc", "/api/openapi.json", "/api/assets/init-redoc.js"] {
            let first = try await HTTPRequest(path: path).send(toPort: port)
            #expect(first.status == 200, "\(path)")
            let tag = try #require(first.header("etag"))
            let again = try await HTTPRequest(path: path, headers: [("If-None-Match", tag)]).send(toPort: port)
            #expect(again.status == 304 && again.body.isEmpty, "\(again)")
        }
        let missing = try await HTTPRequest(path: "/api/assets/nothing.js").send(toPort: port)
        expectProblem(missing, 404, "not_found")
    }

    @Test("A webhook that is too large, for nobody, or not signed is refused")
    func webhooks() async throws {
        let gateway = try GatewayProcess.shared
        var long = Webhook("payment_intent.succeeded", intent: "pi_1")
        long.body = #"{"x":""# + String(repeating: "x", count: 300_000) + #""}"#
        expectProblem(try await long.post(to: gateway), 413, "payload_too_large")
        expectProblem(try await gateway.anonymous.post("/payments/webhooks/nobody", "{}"), 404, "not_found")
        expectProblem(try await gateway.anonymous.post("/payments/webhooks/mock", "{}"), 400, "invalid_signature")
        var unreadable = Webhook("payment_intent.succeeded", intent: "pi_1")
        unreadable.body = "no JSON"
        expectProblem(try await unreadable.post(to: gateway), 400, "invalid_request")
    }

    @Test(
        "A page of a provider that there is not answers 404, and a form too large 413",
        arguments: ["GET", "POST", "PUT", "PATCH", "DELETE"])
    func pages(method: String) async throws {
        let anonymous = try GatewayProcess.shared.anonymous
        expectProblem(try await anonymous.send(method, "/providers/nobody/pages/x"), 404, "not_found")
        guard ["POST", "PUT", "PATCH"].contains(method) else { return }
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 70_000)
        expectProblem(try await anonymous.send(method, "/providers/mock/pages/x", body: long), 413, "payload_too_large")
    }
}
