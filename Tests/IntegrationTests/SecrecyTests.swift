import GatewayHarness
import Testing

@Suite("Card numbers and secrets", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct SecrecyTests {
    @Test(
        "A card number in any string of a body is refused, and neither stored nor logged",
        arguments: [
            "4242424242424242", "4242 4242 4242 4242", "4000-0000-0000-0002", "my card is 5555555555554444, thanks",
            "378282246310005", "6011111111111117",
        ]
    )
    func cardNumber(number: String) async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let payment = try await user.begin()
        let bodies = [
            ("/orders", #"{"amount":1,"currency":"USD","description":"\#(number)"}"#),
            ("/orders", #"{"amount":1,"currency":"USD","metadata":{"note":"\#(number)"}}"#),
            ("/payments/\(payment.intent)/confirm", #"{"payment_method":"\#(number)"}"#),
            ("/payments/\(payment.intent)/cancel", #"{"reason":"\#(number)"}"#),
            ("/orders", #"{"amount":1,"currency":"USD","\#(number)":1}"#),
        ]
        for (path, body) in bodies {
            let answer = try await user.post(path, body, key: "key-of-\(path.count)-\(body.utf8.count)-\(user.subject)")
            expectProblem(answer, 422, "card_number_refused")
            #expect(!answer.text.contains(number), "\(answer)")
        }
        let digits = String(number.filter(\.isNumber))
        let written = gateway.everythingWritten
        #expect(!written.contains(number))
        #expect(!written.contains(digits))
        #expect(try await user.transaction(payment)["status"].string == "requires_payment_method")
    }

    @Test(
        "Numbers that are no card's are left alone", arguments: ["4242424242424241", "1234567890123", "order 20260108010000001"])
    func otherNumbers(text: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let answer = try await user.post("/orders", #"{"amount":1,"currency":"USD","description":"\#(text)"}"#)
        #expect(answer.status == 201, "\(answer)")
    }

    @Test("Tokens, their secret, webhook secrets and client secrets are never logged")
    func log() async throws {
        let gateway = try GatewayProcess.shared
        let user = gateway.newUser()
        let order = try await user.createOrder()
        let created = try await user.requestIntent(order: order)
        let secret = try #require(created["client_secret"].string)
        let intent = try #require(created["payment_intent_id"].string)
        _ = try await user.post("/payments/\(intent)/confirm", #"{"payment_method":"pm_card_visa"}"#)
        _ = try await Client(gateway: gateway, subject: "7", authorization: "Bearer wrong-token-value").get("/orders")
        let token = try #require(user.authorization?.split(separator: ".").last)
        let log = gateway.log
        for text in [secret, String(token), Token.secret, "wrong-token-value", GatewayConfiguration.webhookSecret(of: "mock")] {
            #expect(!log.contains(text), "\(text) is in the log")
        }
    }
}
