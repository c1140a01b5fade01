package import GatewayCore
import HTTPTypes

/// Gives the core's answers their status and bytes.
package struct AnswerBytes: AnswerEncoder {
    private let bodies: ResponseBodies

    /// An encoder that knows the providers in use.
    package init(registry: any ProviderRegistry) {
        bodies = ResponseBodies(registry: registry)
    }

    /// The answer's status and body.
    package func encode(_ answer: PaymentAnswer, requestID: String) -> StoredAnswer {
        switch answer {
        case .orderCreated(let order): StoredAnswer(status: 201, body: bodies.order(order))
        case .intentCreated(let transaction): StoredAnswer(status: 201, body: bodies.intent(transaction))
        case .intentHandedOut(let transaction): StoredAnswer(status: 200, body: bodies.intent(transaction))
        case .transaction(let transaction): StoredAnswer(status: 200, body: bodies.transaction(transaction))
        case .refund(let refund): StoredAnswer(status: 200, body: bodies.refund(refund))
        case .accepted(let transaction): StoredAnswer(status: 202, body: bodies.transaction(transaction))
        case .refundAccepted(let refund): StoredAnswer(status: 202, body: bodies.acceptedRefund(refund))
        case .failure(let error):
            StoredAnswer(status: error.code.entry.status.code, body: Problem.body(error, requestID: requestID))
        }
    }
}
