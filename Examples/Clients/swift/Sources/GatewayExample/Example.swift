import AsyncHTTPClient
import Foundation
import NIOCore

/// A whole payment, with all that can come in between: `swift run` (see ../README.md for the environment). With
/// `sign-token SUBJECT [SCOPE]` it prints a token and does nothing else.
@main
struct Example {
    private let gateway: Gateway
    private let client: HTTPClient
    private let url: String
    private let webhookSecret: String

    static func main() async {
        do {
            try await run()
        } catch {
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            exit(1)
        }
    }

    private static func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "sign-token", let subject = arguments.dropFirst().first {
            let scope = arguments.dropFirst(2).first
            guard let secret = environment["GATEWAY_JWT_SECRET"], !secret.isEmpty else {
                throw Unexpected("GATEWAY_JWT_SECRET must be set to the secret that the gateway has")
            }
            return print(try signToken(subject, scope: scope, secret: secret))
        }
        guard let token = environment["GATEWAY_TOKEN"], let secret = environment["MOCK_WEBHOOK_SECRET"] else {
            throw Unexpected("GATEWAY_TOKEN and MOCK_WEBHOOK_SECRET must be set")
        }
        let url = environment["GATEWAY_URL"] ?? "http://127.0.0.1:8080"
        let client = HTTPClient.shared
        let example = Example(
            gateway: Gateway(client: client, url: url, token: token), client: client, url: url, webhookSecret: secret)
        try await example.repeatSafely(try await example.pay())
        try await example.handleErrors()
        try await example.surviveASlowProvider()
        try await example.waitForAWebhook()
        try await example.postAWebhook()
        print("done")
    }

    // MARK: Requests

    private struct NewOrder: Encodable {
        var amount: String
        var currency = "USD"
        var description = "Two tickets"
    }

    private struct NewIntent: Encodable {
        var orderId: Int64
        var amount: String
        var currency = "USD"
        var metadata: [String: String]
    }

    /// An order, and a payment intent for it. Amounts are decimals in text, in units of the currency: 99.99 USD, 100 JPY.
    private func begin(_ example: String = "plain") async throws -> (order: Order, intent: PaymentIntent) {
        let order: Order = try await gateway.post("/orders", NewOrder(amount: "99.99"))
        let intent: PaymentIntent = try await gateway.post(
            "/payments/create-payment-intent",
            NewIntent(orderId: order.id, amount: "99.99", metadata: ["example": example]))
        return (order, intent)
    }

    private func confirm(
        _ intent: PaymentIntent, _ token: String = "pm_card_visa", seconds: Int64 = 30
    ) async throws -> Transaction {
        try await gateway.post(
            "/payments/\(intent.paymentIntentId)/confirm", ["payment_method": token], timeout: .seconds(seconds))
    }

    private func transaction(_ intent: PaymentIntent) async throws -> Transaction {
        try await gateway.get("/payments/transactions/\(intent.transactionId)")
    }

    private func wait(for status: String, _ intent: PaymentIntent) async throws {
        for _ in 0..<600 {
            if try await transaction(intent).status == status { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw Unexpected("the transaction \(intent.transactionId) did not become \(status)")
    }

    private func expect(_ condition: Bool, _ what: String) throws {
        if !condition { throw Unexpected(what) }
    }

    /// The problem that a request must end with.
    private func problem(_ what: String, _ request: () async throws -> Void) async throws -> Problem {
        do { try await request() } catch let problem as Problem { return problem }
        throw Unexpected(what)
    }

    // MARK: Steps

    private func pay() async throws -> PaymentIntent {
        let (order, intent) = try await begin()
        print("order \(order.id): \(order.status), payment intent: \(intent.status)")
        // A browser would take intent.clientSecret and the payer's card to the provider. A test token does without.
        let paid = try await confirm(intent)
        try expect(paid.status == "succeeded" && paid.amount == Decimal(string: "99.99"), "\(paid)")
        print("confirmed: \(paid.status)")
        return intent
    }

    /// With the same key a request is done once, and its answer is the same, byte by byte.
    private func repeatSafely(_ intent: PaymentIntent) async throws {
        let path = "/payments/\(intent.paymentIntentId)/refund?amount=50.00"
        let key = UUID().uuidString
        let first: Gateway.Answer<Refund> = try await gateway.post(path, ["reason": "requested_by_customer"], key: key)
        let again: Gateway.Answer<Refund> = try await gateway.post(path, ["reason": "requested_by_customer"], key: key)
        try expect(again.isReplay && again.bytes == first.bytes, "a replay has the same bytes")
        let after = try await transaction(intent)
        try expect(after.status == "partially_refunded" && after.amountRefunded == 50, "\(after)")
        print("refunded once, asked twice: \(first.value.amount) \(first.value.currency), \(after.status)")
        let problem = try await problem("a key is for one request") {
            let _: Gateway.Answer<Refund> = try await gateway.post(path, ["reason": "duplicate"], key: key)
        }
        print("the key of another request: \(problem.status) \(problem.code)")
    }

    private func handleErrors() async throws {
        let (_, intent) = try await begin()
        // The payer's matter: show why, and let them try another card. The same intent takes it.
        let declined = try await problem("this card is declined") {
            _ = try await confirm(intent, "pm_card_chargeDeclinedInsufficientFunds")
        }
        print("declined: \(declined.status) \(declined.code), \(declined.declineCode ?? "-")")
        try expect(try await confirm(intent).status == "succeeded", "another card")
        // The program's mistake: each wrong field has its own line.
        let invalid = try await problem("USD has two decimals") {
            let _: Order = try await gateway.post("/orders", NewOrder(amount: "9.999"))
        }
        print("invalid: \(invalid.status) \(invalid.code), \(invalid.errors?.first?.field ?? "-")")
        let unknown = try await problem("there is no such order") { let _: Order = try await gateway.get("/orders/999999999") }
        print("unknown: \(unknown.status) \(unknown.code)")
    }

    /// The connection is given up, the request is still at work, the outcome is not known: the answer comes with the same key.
    private func surviveASlowProvider() async throws {
        let (_, intent) = try await begin("slow")
        let paid = try await confirm(intent, seconds: 1)
        try expect(paid.status == "succeeded", "\(paid)")
        let refund: Refund = try await gateway.post(
            "/payments/\(intent.paymentIntentId)/refund?amount=10.00", ["reason": "requested_by_customer"])
        try expect(refund.refundId.hasPrefix("re_"), "\(refund)")
        print("a slow provider: \(paid.status), refund \(refund.status)")
    }

    /// The provider tells the gateway of what comes later, by a webhook; a client sees the transaction move.
    private func waitForAWebhook() async throws {
        let (_, intent) = try await begin("pays-later")
        let paid = try await confirm(intent)
        try await wait(for: "succeeded", intent)
        let history: History = try await gateway.get("/payments/transactions/\(intent.transactionId)/events")
        let actor = history.data.first { $0.toStatus == "succeeded" }?.actor.split(separator: ":").first ?? "-"
        print("paid later: \(paid.status), then succeeded, by \(actor)")
    }

    /// What the provider sends, and how it is signed: over the raw bytes, with the secret that only it and the gateway know.
    private func postAWebhook() async throws {
        let (_, intent) = try await begin()
        let webhook = MockWebhook(canceled: intent.paymentIntentId)
        try expect(try await webhook.post(to: url, secret: "another secret", with: client) == 400, "a forged one is refused")
        for _ in 0..<2 {
            try expect(try await webhook.post(to: url, secret: webhookSecret, with: client) == 200, "a signed one is taken")
        }
        try await wait(for: "canceled", intent)
        print("webhook: forged 400, signed 200, again 200, canceled once")
    }
}
