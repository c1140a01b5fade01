import Glibc
import ProviderAPI
import Synchronization

/// Payments and refunds over the API. Everything that it keeps between calls is a flaw.
final class FlawedService: PaymentService {
    let client: FlawedClient
    let secrets: [String]
    let flaw: Flaw?
    let host: ProviderHost
    let newestEvent = Mutex<Int64>(0)
    private let operationUnderWay = Mutex<OperationIdentity?>(nil)

    init(client: FlawedClient, secrets: [String], flaw: Flaw?, host: ProviderHost) {
        self.client = client
        self.secrets = secrets
        self.flaw = flaw
        self.host = host
    }

    var capabilities: ProviderCapabilities {
        var capabilities = ProviderCapabilities()
        capabilities.refunds = true
        capabilities.partialRefunds = true
        capabilities.webhooks = !secrets.isEmpty
        return capabilities
    }

    var idempotencyKeyMemory: Duration { .seconds(3600) }

    func createPaymentIntent(
        _ request: CreatePaymentIntentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        #if FLAWED_TRAPS
        preconditionFailure("the module was built to crash")
        #elseif FLAWED_EXITS
        _exit(7)
        #endif
        var body = FlawedBody(amount: amount(request.amount), currency: request.amount.currency.code)
        body.reference = operation.id
        body.description = flaw == .dropsDescription ? nil : request.description
        body.time = flaw == .clockInBody ? host.clock.now().unixMilliseconds : nil
        let answer = try await client.post("/payments", body, as: operation, in: call)
        let fallback = FlawedPayment(id: "pay_1", status: "open", amount: amount(request.amount), currency: body.currency)
        var intent = try client.intent(client.decode(answer, orElse: fallback))
        if flaw == .echoesAmount { intent.amount = request.amount }
        return intent
    }

    func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try intent(id, in: try await client.get("/payments/\(id)", in: call))
    }

    func confirmPayment(
        _ request: ConfirmPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        var body = FlawedBody()
        body.token = request.paymentMethod
        return try intent(
            request.paymentIntentID,
            in: try await client.post("/payments/\(request.paymentIntentID)/confirm", body, as: operation, in: call))
    }

    func cancelPayment(
        _ request: CancelPaymentRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent {
        try intent(
            request.paymentIntentID,
            in: try await client.post("/payments/\(request.paymentIntentID)/cancel", FlawedBody(), as: operation, in: call))
    }

    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        if flaw == .sharedState { operationUnderWay.withLock { $0 = operation } }
        var body = FlawedBody(amount: refunded(request.amount), currency: request.amount.currency.code)
        body.payment = request.paymentIntentID
        body.reference = operation.id
        let answer = try await client.post("/refunds", body, as: operation, in: call)
        let fallback = FlawedRefund(
            id: "ref_1", payment: request.paymentIntentID, status: "done", amount: amount(request.amount), currency: body.currency
        )
        var refund = try client.refund(client.decode(answer, orElse: fallback))
        if flaw == .echoesAmount { refund.amount = request.amount }
        if let operation = operationUnderWay.withLock(\.self) { refund.operationID = operation.id }
        return refund
    }

    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        let answer = try await client.get("/refunds/\(id)", in: call)
        let refund = try client.refund(client.decode(answer, orElse: nil))
        guard refund.id == id else { throw .unknown(CallFailure("the answer is about another refund")) }
        return refund
    }

    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        let answer = try await client.get("/payments/\(id)/refunds", in: call)
        let list: FlawedList = try client.decode(answer, orElse: nil)
        var refunds: [Refund] = []
        for refund in list.refunds { refunds.append(try client.refund(refund)) }
        return refunds
    }

    private func intent(_ id: String, in answer: HTTPResponse) throws(ProviderError) -> PaymentIntent {
        let fallback = FlawedPayment(id: id, status: "paid", amount: "1.00", currency: "USD")
        var intent = try client.intent(client.decode(answer, orElse: fallback))
        if flaw == .echoesID { intent.id = id }
        guard intent.id == id else { throw .unknown(CallFailure("the answer is about another payment")) }
        return intent
    }

    private func refunded(_ money: Money) -> String {
        guard flaw == .refundsThroughDouble, let number = Double(money.majorUnits) else { return amount(money) }
        let units = Int64(number * Double(money.currency.minorUnitsPerMajor))
        return Money(minorUnits: units, currency: money.currency).majorUnits
    }

    private func amount(_ money: Money) -> String {
        flaw == .twoDecimalsForAll
            ? "\(money.minorUnits / 100).\(String(money.minorUnits % 100 + 100).dropFirst())" : money.majorUnits
    }
}
