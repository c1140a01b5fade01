import GatewayHarness
import Testing

/// A request of a client's that makes the gateway call the provider.
enum PaymentCall: String, CaseIterable, CustomTestStringConvertible {
    case create
    case confirm
    case capture
    case cancel
    case refund

    var testDescription: String { rawValue }

    /// What is sent, and how.
    struct Request {
        /// Below `/api/v1`.
        var path: String
        /// Members of the body, without braces.
        var members: String
        /// The header `Idempotency-Key`.
        var key: String?
        /// Whose payment it is: an admin's, who may do everything.
        var client: Client

        /// Sends it.
        func send(more: String = "") async throws -> HTTPAnswer {
            let all = [members, more].filter { !$0.isEmpty }.joined(separator: ",")
            return try await client.post(path, "{\(all)}", key: key)
        }
    }

    /// Brings a payment as far as the command needs it.
    ///
    /// - Parameters:
    ///   - metadata: of the payment, a JSON object.
    ///   - provider: nil for the default one.
    func request(of client: Client, metadata: String = "{}", provider: String? = nil) async throws -> Request {
        let named = provider.map { #","provider":"\#($0)""# } ?? ""
        let more = named + #","metadata":\#(metadata)"#
        if self == .create {
            let order = try await client.createOrder()
            let members = #""order_id":\#(order),"amount":99.99,"currency":"USD""# + more
            return Request(path: "/payments/create-payment-intent", members: members, client: client)
        }
        let payment: Payment
        switch self {
        case .create, .confirm, .cancel: payment = try await client.begin(more: more)
        case .capture:
            payment = try await client.begin(more: more + #","capture_method":"manual""#)
            let answer = try await client.confirm(payment)
            try #require(answer["status"].string == "requires_capture", "\(answer)")
        case .refund: payment = try await client.pay(more: more)
        }
        let members = self == .confirm ? #""payment_method":"pm_card_visa""# : ""
        return Request(path: "/payments/\(payment.intent)/\(rawValue)", members: members, client: client)
    }
}
