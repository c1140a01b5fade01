import ProviderAPI

extension AcmePayService {
    /// `POST /v1/refunds`
    func createRefund(
        _ request: CreateRefundRequest, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> Refund {
        let body = AcmePayNewRefund(
            payment: request.paymentIntentID, amount: request.amount.minorUnits, reference: operation.id, reason: request.reason,
            metadata: request.metadata
        )
        let answer: AcmePayAnswer<AcmePayRefund> = try await client.post("/v1/refunds", body, as: operation, in: call)
        let refund = try mapping.refund(answer.object, requestID: answer.requestID)
        guard refund.amount == request.amount, refund.paymentIntentID == request.paymentIntentID,
            refund.operationID == operation.id
        else {
            throw .senseless("Acme Pay answered with a refund that was not asked for", answer.requestID)
        }
        return refund
    }

    /// `GET /v1/refunds/{id}`
    func retrieveRefund(_ id: String, in call: CallContext) async throws(ProviderError) -> Refund {
        let answer: AcmePayAnswer<AcmePayRefund> = try await client.get("/v1/refunds/\(id.percentEncoded)", in: call)
        guard answer.object.id == id else {
            throw .senseless("Acme Pay answered with a refund that was not asked for", answer.requestID)
        }
        return try mapping.refund(answer.object, requestID: answer.requestID)
    }

    /// `GET /v1/refunds?payment=`: all of them in one answer. A list that comes in pages has to be read to its end.
    func listRefunds(ofPaymentIntent id: String, in call: CallContext) async throws(ProviderError) -> [Refund] {
        let answer: AcmePayAnswer<AcmePayRefunds> = try await client.get("/v1/refunds?payment=\(id.percentEncoded)", in: call)
        var refunds: [Refund] = []
        for refund in answer.object.refunds {
            guard refund.payment == id else {
                throw .senseless("Acme Pay answered with a refund of another payment", answer.requestID)
            }
            refunds.append(try mapping.refund(refund, requestID: answer.requestID))
        }
        return refunds
    }
}
