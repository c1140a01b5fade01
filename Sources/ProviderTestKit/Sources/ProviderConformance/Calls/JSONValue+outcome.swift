import ProviderAPI

/// What the gateway is told, as cases state it: what is nil, zero, empty or the default is left out.
extension JSONValue {
    /// The members that a case need not state.
    static let optionalInOutcomes: Set<String> = ["message", "metadata"]

    static func outcome(of intent: PaymentIntent) -> JSONValue {
        .members([
            "id": .string(intent.id),
            "status": .string(intent.status.rawValue),
            "amount": .string("\(intent.amount)"),
            "amount_captured": intent.amountCaptured == 0
                ? nil : .string("\(Money(minorUnits: intent.amountCaptured, currency: intent.amount.currency))"),
            "client_secret": intent.clientSecret.map(JSONValue.string),
            "next_action": intent.nextAction.map {
                .members(["type": .string($0.type), "redirect_url": $0.redirectURL.map(JSONValue.string)])
            },
            "payment_method": intent.paymentMethod.map(JSONValue.string),
            "customer": intent.customerID.map(JSONValue.string),
            "charge": intent.chargeID.map(JSONValue.string),
            "last_error": intent.lastError.map {
                .members([
                    "code": $0.code.map(JSONValue.string), "decline_code": $0.declineCode.map(JSONValue.string),
                    "message": $0.message.map(JSONValue.string),
                ])
            },
            "capture_method": intent.captureMethod == .automatic ? nil : .string(intent.captureMethod.rawValue),
            "operation": intent.operationID.map(JSONValue.string),
            "metadata": metadata(intent.metadata),
            "request_id": intent.requestID.map(JSONValue.string),
        ])
    }

    static func outcome(of refund: Refund) -> JSONValue {
        .members([
            "id": .string(refund.id),
            "payment_intent": .string(refund.paymentIntentID),
            "amount": .string("\(refund.amount)"),
            "status": .string(refund.status.rawValue),
            "reason": refund.reason.map(JSONValue.string),
            "failure_reason": refund.failureReason.map(JSONValue.string),
            "operation": refund.operationID.map(JSONValue.string),
            "metadata": metadata(refund.metadata),
            "request_id": refund.requestID.map(JSONValue.string),
        ])
    }

    static func outcome(of event: WebhookEvent) -> JSONValue {
        let subject: (String, JSONValue) =
            switch event.subject {
            case .paymentIntent(let intent): ("payment_intent", outcome(of: intent))
            case .paymentIntentReference(let id): ("payment_intent_to_ask_for", .string(id))
            case .refund(let refund): ("refund", outcome(of: refund))
            case .refundsOfPaymentIntent(let id): ("payment_intent_to_list_refunds_of", .string(id))
            case .dispute(let dispute): ("dispute", outcome(of: dispute))
            case .other: ("other", .bool(true))
            @unknown default: ("new", .bool(true))
            }
        return .object([
            "id": .string(event.id), "type": .string(event.type), "created": .integer(event.createdAt.unixSeconds),
            subject.0: subject.1,
        ])
    }

    static func outcome(of dispute: Dispute) -> JSONValue {
        .object([
            "id": .string(dispute.id), "payment_intent": .string(dispute.paymentIntentID),
            "amount": .string("\(dispute.amount)"), "status": .string(dispute.status), "reason": .string(dispute.reason),
        ])
    }

    static func outcome(of error: ProviderError) -> JSONValue {
        switch error {
        case .declined(let decline):
            .object([
                "declined": .members([
                    "code": .string(decline.code), "decline_code": decline.declineCode.map(JSONValue.string),
                    "message": .string(decline.message), "payment_intent": decline.paymentIntent.map(outcome(of:)),
                    "request_id": decline.requestID.map(JSONValue.string),
                ])
            ])
        case .rejected(let rejection):
            .object([
                "rejected": .members([
                    "reason": .string(rejection.reason.rawValue), "code": rejection.code.map(JSONValue.string),
                    "field": rejection.field.map(JSONValue.string), "message": .string(rejection.message),
                    "payment_intent": rejection.paymentIntent.map(outcome(of:)),
                    "request_id": rejection.requestID.map(JSONValue.string),
                ])
            ])
        case .notSent(let failure): .object(["not_sent": outcome(of: failure)])
        case .unknown(let failure): .object(["unknown": outcome(of: failure)])
        @unknown default: .object(["new": .bool(true)])
        }
    }

    private static func outcome(of failure: CallFailure) -> JSONValue {
        .members([
            "message": .string(failure.message),
            "retry_after": failure.retryAfter.map { .integer($0.components.seconds) },
            "request_id": failure.requestID.map(JSONValue.string),
        ])
    }

    private static func metadata(_ pairs: [String: String]) -> JSONValue? {
        pairs.isEmpty ? nil : .object(pairs.mapValues(JSONValue.string))
    }
}
