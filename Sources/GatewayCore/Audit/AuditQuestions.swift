import GatewayLifecycle
import ProviderAPI

/// What an audit asks a provider about one payment: one question, and two more where money was captured.
struct AuditQuestions {
    let provider: Provider
    let intentID: String
    let pace: QuestionPace
    let supervisor: FlowSupervisor
    let clock: any ProviderClock
    let requestID: String
    /// What the provider cannot list.
    private(set) var limits: Set<String> = []
    /// Whether the refunds are the provider's own list of all.
    private(set) var hasAllRefunds = true

    init(
        provider: Provider, intentID: String, pace: QuestionPace, supervisor: FlowSupervisor, clock: any ProviderClock,
        requestID: String
    ) {
        self.provider = provider
        self.intentID = intentID
        self.pace = pace
        self.supervisor = supervisor
        self.clock = clock
        self.requestID = requestID
    }

    /// Fetches the payment.
    ///
    /// - Throws: `ProviderError`, `CancellationError`.
    mutating func ask(about payment: PaymentTransaction, refunds: [RefundRecord]) async throws -> FetchedPayment {
        let (provider, intentID, amount) = (provider, intentID, payment.amount)
        let askedAt = clock.now()
        let intent = try await ask { call async throws(ProviderError) in
            try await provider.retrieve(intentID, of: amount, in: call)
        }
        var fetched = FetchedPayment(intent: intent, askedAt: askedAt)
        // Nothing can be refunded or disputed otherwise.
        guard intent.status == .succeeded || intent.amountCaptured > 0 || payment.captured > 0 else { return fetched }
        fetched.refunds = try await askForRefunds(refunds)
        fetched.disputes = try await ask { call async throws(ProviderError) in
            try await provider.listDisputes(ofPaymentIntent: intentID, in: call)
        }
        if fetched.disputes == nil { limits.insert("\(provider.name) cannot list disputes") }
        return fetched
    }

    private mutating func askForRefunds(_ known: [RefundRecord]) async throws -> [Refund]? {
        let (provider, intentID) = (provider, intentID)
        let all = try await ask { call async throws(ProviderError) in
            try await provider.listRefunds(ofPaymentIntent: intentID, in: call)
        }
        if let all { return all }
        limits.insert("\(provider.name) cannot list refunds: only those that the books know are compared")
        hasAllRefunds = false
        var refunds: [Refund] = []
        for id in known.compactMap(\.providerRefundID) {
            do {
                let refund = try await ask { call async throws(ProviderError) in try await provider.retrieveRefund(id, in: call) }
                guard let refund else {
                    limits.insert("\(provider.name) cannot show refunds")
                    return nil
                }
                refunds.append(refund)
            } catch ProviderError.rejected(let rejection) where rejection.reason == .notFound {
                // The comparison tells that the provider does not know it.
            }
        }
        return refunds
    }

    private func ask<Value: Sendable>(
        _ question: @escaping @Sendable (CallContext) async throws(ProviderError) -> Value
    ) async throws -> Value {
        try await pace.waitForTurn()
        let call = CallContext(deadline: .now + OperationRunner.deadline, requestID: requestID)
        return try await supervisor.ask(provider) { () async throws(ProviderError) in try await question(call) }
    }
}
