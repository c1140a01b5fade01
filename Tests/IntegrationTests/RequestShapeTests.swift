import GatewayHarness
import Testing

@Suite("Requests that are wrong in their form", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct RequestShapeTests {
    @Test(
        "What is not JSON answers 400",
        arguments: [
            "", "{", "}", "nul", #"{"amount":01,"currency":"USD"}"#, #"{"amount":.5,"currency":"USD"}"#,
            #"{"amount":NaN,"currency":"USD"}"#, #"{"amount":1,"currency":"USD",}"#, #"{"amount":1,"currency":"USD"} x"#,
            #"{'amount':1}"#, "amount=1&currency=USD", "\u{feff}{", #"{"amount":1,"currency":"U"#,
        ]
    )
    func malformed(body: String) async throws {
        expectProblem(try await GatewayProcess.shared.newUser().post("/orders", body), 400, "invalid_request")
    }

    @Test("Bytes that are no UTF-8 answer 400")
    func notUTF8() async throws {
        let body = Array(#"{"amount":1,"currency":"USD","description":""#.utf8) + [0xff, 0xfe, 0xc0] + Array(#""}"#.utf8)
        expectProblem(try await GatewayProcess.shared.newUser().send("POST", "/orders", body: body), 400, "invalid_request")
    }

    @Test("JSON nested without end is refused, and the gateway lives", arguments: ["[", #"{"metadata":"#])
    func nested(opening: String) async throws {
        let gateway = try GatewayProcess.shared
        let answer = try await gateway.newUser().post("/orders", String(repeating: opening, count: 60_000))
        #expect(answer.status == 400 || answer.status == 413, "\(answer)")
        #expect(try await HTTPRequest(path: "/healthz").send(toPort: gateway.port).status == 200)
    }

    @Test("A body of another shape than an object is refused", arguments: ["[]", "1", "\"text\"", "null", "true"])
    func notAnObject(body: String) async throws {
        let answer = try await GatewayProcess.shared.newUser().post("/orders", body)
        #expect(answer.status == 400 || answer.status == 422, "\(answer)")
        #expect(answer["code"].string == "invalid_request")
    }

    /// A route, a body for it with a field that it has not, and that field.
    static let unknownFields: [(path: String, body: String, field: String)] = [
        ("/orders", #"{"amount":1,"currency":"USD","amonut":2}"#, "amonut"),
        (
            "/payments/create-payment-intent", #"{"order_id":1,"amount":1,"currency":"USD","payment_method_types":["card"]}"#,
            "payment_method_types"
        ),
        ("/payments/pi_1/confirm", #"{"payment_method":"pm_card_visa","card":{"number":"x"}}"#, "card"),
        ("/payments/pi_1/cancel", #"{"reason":"duplicate","note":"x"}"#, "note"),
        ("/payments/pi_1/refund", #"{"amount":1}"#, "amount"),
    ]

    @Test("An unknown field is refused by its name", arguments: unknownFields)
    func unknownField(path: String, body: String, field: String) async throws {
        let answer = try await GatewayProcess.shared.newUser().post(path, body)
        expectProblem(answer, 422, "invalid_request", field: field)
    }

    /// A route, a body with a value of the wrong type, and the field.
    static let wrongTypes: [(path: String, body: String, field: String)] = [
        ("/orders", #"{"amount":1,"currency":"USD","description":5}"#, "description"),
        ("/orders", #"{"amount":1,"currency":"USD","metadata":"x"}"#, "metadata"),
        ("/orders", #"{"amount":1,"currency":"USD","metadata":[]}"#, "metadata"),
        ("/payments/create-payment-intent", #"{"order_id":"one","amount":1,"currency":"USD"}"#, "order_id"),
        ("/payments/create-payment-intent", #"{"order_id":1.5,"amount":1,"currency":"USD"}"#, "order_id"),
        (
            "/payments/create-payment-intent", #"{"order_id":1,"amount":1,"currency":"USD","capture_method":"later"}"#,
            "capture_method"
        ),
        ("/payments/create-payment-intent", #"{"order_id":1,"amount":1,"currency":"USD","provider":7}"#, "provider"),
        ("/payments/pi_1/confirm", #"{"payment_method":{}}"#, "payment_method"),
    ]

    @Test("A value of the wrong type is refused by its field", arguments: wrongTypes)
    func wrongType(path: String, body: String, field: String) async throws {
        expectProblem(try await GatewayProcess.shared.newUser().post(path, body), 422, "invalid_request", field: field)
    }

    @Test(
        "A body that does not say it is JSON answers 415",
        arguments: ["text/plain", "application/x-www-form-urlencoded", "application/xml", "application/jsonx", "json"]
    )
    func contentType(type: String) async throws {
        let answer = try await GatewayProcess.shared.newUser().post(
            "/orders", #"{"amount":1,"currency":"USD"}"#, headers: [("Content-Type", type)]
        )
        expectProblem(answer, 415, "unsupported_media_type")
    }

    @Test(
        "JSON's media type is taken with parameters and in any letter case",
        arguments: [
            "application/json; charset=utf-8", "Application/JSON", "application/json;charset=UTF-8",
        ])
    func contentTypeWithParameters(type: String) async throws {
        let answer = try await GatewayProcess.shared.newUser().post(
            "/orders", #"{"amount":1,"currency":"USD"}"#, headers: [("Content-Type", type)]
        )
        #expect(answer.status == 201, "\(answer)")
    }

    @Test(
        "Metadata of 50 pairs with 500 characters of four bytes fits, written as UTF-8 and as escapes, up to the provider",
        arguments: ["\u{1F600}", #"\ud83d\ude00"#])
    func largestMetadata(character: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let names = (0..<50).map { "\($0)" + String(repeating: "n", count: 40 - "\($0)".count) }
        let value = String(repeating: character, count: 500)
        let metadata = "{" + names.map { "\"\($0)\":\"\(value)\"" }.joined(separator: ",") + "}"
        let money = #""amount":7,"currency":"USD","metadata":"#
        let order = try await user.post("/orders", "{\(money)\(metadata)}")
        #expect(order.status == 201, "\(order)")
        let id = try #require(order["id"].integer)
        let intent = try await user.post("/payments/create-payment-intent", "{\"order_id\":\(id),\(money)\(metadata)}")
        #expect(intent.status == 201, "\(intent)")
        let payment = try #require(intent["payment_intent_id"].string)
        let paid = try await user.post("/payments/\(payment)/confirm", #"{"payment_method":"pm_card_visa"}"#)
        #expect(paid.status == 200, "\(paid)")
        let stored = try await user.get("/payments/transactions/\(try #require(intent["transaction_id"].integer))")
        #expect(stored["metadata"][names[49]].string == String(repeating: "\u{1F600}", count: 500))
    }

    @Test("A body too large answers 413, with and without a Content-Length")
    func tooLarge() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let body = #"{"amount":1,"currency":"USD","description":""# + String(repeating: "x", count: 6 << 20) + #""}"#
        expectProblem(try await user.post("/orders", body), 413, "payload_too_large")

        let head = """
            POST /api/v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r
            Authorization: \(user.authorization ?? "")\r\nTransfer-Encoding: chunked\r\n\r\n
            """
        let chunks = String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n"
        let chunked = try await sendRaw(Array((head + chunks).utf8), toPort: gateway.port)
        expectProblem(chunked, 413, "payload_too_large")
        #expect(try await user.get("/orders")["data"].elements.isEmpty)
    }

    @Test(
        "What is no HTTP is refused, and the gateway lives",
        arguments: [
            "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /\u{01} HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
            "POST /api/v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        ])
    func notHTTP(text: String) async throws {
        let gateway = try GatewayProcess.shared
        // Closing without a word is an answer too.
        if let answer = try? await sendRaw(Array(text.utf8), toPort: gateway.port, timeout: hangLimit) {
            #expect((400..<600).contains(answer.status), "\(answer)")
        }
        #expect(try await HTTPRequest(path: "/healthz").send(toPort: gateway.port).status == 200)
    }

    static let wrongMethods: [(method: String, path: String, allowed: Set<String>)] = [
        ("DELETE", "/orders", ["GET", "POST"]), ("PUT", "/orders/1", ["GET"]), ("POST", "/orders/1", ["GET"]),
        ("DELETE", "/payments/transactions/1", ["GET"]), ("GET", "/payments/pi_1/confirm", ["POST"]),
        ("POST", "/payments/pi_1/refunds", ["GET"]), ("GET", "/payments/webhooks/mock", ["POST"]),
    ]

    @Test("A method that a path does not have answers 405 and names those it has", arguments: wrongMethods)
    func method(method: String, path: String, allowed: Set<String>) async throws {
        let answer = try await GatewayProcess.shared.newUser().send(method, path)
        expectProblem(answer, 405, "method_not_allowed")
        let named = Set((answer.header("allow") ?? "").split(separator: ",").map { String($0).replacing(" ", with: "") })
        #expect(named.isSuperset(of: allowed), "\(answer)")
        #expect(!named.contains(method), "\(answer)")
    }

    @Test(
        "A path that does not exist answers 404",
        arguments: [
            "/api/v1/nothing", "/api/v2/orders", "/nothing", "/api/v1/payments/pi_1/nothing", "/api/v1/orders/abc",
            "/api/v1/orders/0",
            "/api/v1/orders/-1", "/api/v1/orders/99999999999999999999", "/../../etc/passwd", "/api/docs/../../../etc/passwd",
            "/api/docs/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        ])
    func unknownPath(path: String) async throws {
        let gateway = try GatewayProcess.shared
        let headers = [(name: "Authorization", value: "Bearer \(Token.valid(subject: "7"))")]
        expectProblem(try await HTTPRequest(path: path, headers: headers).send(toPort: gateway.port), 404, "not_found")
    }

    @Test("The request's id is taken over and comes back on every kind of answer")
    func requestID() async throws {
        let user = try GatewayProcess.shared.newUser()
        let header = [("X-Request-Id", "test-42-abc")]
        let found = try await user.get("/orders", headers: header)
        #expect(found.header("x-request-id") == "test-42-abc")
        let missing = try await user.get("/orders/999999999", headers: header)
        #expect(missing.header("x-request-id") == "test-42-abc")
        #expect(missing["request_id"].string == "test-42-abc")
        try await eventually("the request's id is in the log") { try GatewayProcess.shared.log.contains("test-42-abc") }
    }

    @Test("A request without an id gets one of its own")
    func madeRequestID() async throws {
        let user = try GatewayProcess.shared.newUser()
        let first = try #require(try await user.get("/orders").header("x-request-id"))
        let second = try #require(try await user.get("/orders").header("x-request-id"))
        #expect(!first.isEmpty && first != second)
    }
}
