import ProviderAPI

/// Events and their objects in Stripe's shape (https://docs.stripe.com/api/events/object), for what a webhook's reader looks at.
enum StripeJSON {
    /// The body of a webhook.
    static func event(_ event: EventRecord, of entry: JournalEntry) -> [UInt8] {
        JSONWriter.object { writer in
            writer.member("id", event.id)
            writer.member("object", "event")
            writer.member("type", event.type.rawValue)
            writer.member("created", entry.time.unixSeconds)
            writer.member("livemode", false)
            writer.member("data", object: { $0.member("object", object: { object(of: event.type, in: entry, to: &$0) }) })
        }
    }

    private static func object(of type: EventType, in entry: JournalEntry, to writer: inout JSONWriter) {
        switch type {
        case .paymentSucceeded, .paymentFailed, .paymentCanceled, .paymentRequiresAction, .paymentCapturable,
            .paymentProcessing:
            paymentIntent(entry.intent, to: &writer)
        case .chargeRefunded, .chargeExpired:
            charge(entry.intent, to: &writer)
        case .refundCreated, .refundUpdated, .refundFailed:
            if let refund = entry.refund { self.refund(refund, to: &writer) }
        case .disputeCreated, .disputeClosed:
            if let dispute = entry.intent.dispute { self.dispute(dispute, of: entry.intent, to: &writer) }
        }
    }

    private static func paymentIntent(_ intent: IntentRecord, to writer: inout JSONWriter) {
        writer.member("id", intent.id)
        writer.member("object", "payment_intent")
        writer.member("amount", intent.amount)
        writer.member("amount_capturable", intent.status == .requiresCapture ? intent.amount : 0)
        writer.member("amount_received", intent.amountCaptured)
        writer.nullable("cancellation_reason", intent.cancellationReason)
        writer.member("capture_method", intent.captureMethod.rawValue)
        writer.member("client_secret", intent.clientSecret)
        writer.member("created", intent.created)
        writer.member("currency", intent.currency.code.lowercased())
        writer.nullable("customer", intent.customer)
        writer.nullable("description", intent.description)
        if let failure = intent.lastError {
            writer.member(
                "last_payment_error",
                object: { writer in
                    writer.member("type", "card_error")
                    failure.write(to: &writer)
                })
        } else {
            writer.null("last_payment_error")
        }
        writer.nullable("latest_charge", intent.charge)
        writer.member("livemode", false)
        writer.member("metadata", intent.metadata)
        if let challenge = intent.challenge {
            writer.member(
                "next_action",
                object: { writer in
                    writer.member("type", "redirect_to_url")
                    writer.member(
                        "redirect_to_url",
                        object: {
                            $0.member("url", challenge.url)
                            $0.nullable("return_url", challenge.returnURL)
                        })
                })
        } else {
            writer.null("next_action")
        }
        writer.nullable("payment_method", intent.paymentMethod)
        writer.member("payment_method_types", array: { $0.element("card") })
        writer.nullable("receipt_email", intent.receiptEmail)
        writer.nullable("statement_descriptor_suffix", intent.statementDescriptorSuffix)
        writer.member("status", intent.status.rawValue)
    }

    private static func charge(_ intent: IntentRecord, to writer: inout JSONWriter) {
        // What was authorised and not captured counts as refunded, once nothing more can be captured.
        let released = intent.status == .requiresCapture ? 0 : intent.amount - intent.amountCaptured
        writer.nullable("id", intent.charge)
        writer.member("object", "charge")
        writer.member("amount", intent.amount)
        writer.member("amount_captured", intent.amountCaptured)
        writer.member("amount_refunded", intent.amountRefunded + released)
        writer.member("captured", intent.amountCaptured > 0)
        writer.member("currency", intent.currency.code.lowercased())
        writer.nullable("customer", intent.customer)
        writer.member("livemode", false)
        writer.member("metadata", intent.metadata)
        writer.member("paid", true)
        writer.member("payment_intent", intent.id)
        writer.member("refunded", intent.amountRefunded + released == intent.amount)
        writer.member("status", "succeeded")
    }

    private static func refund(_ refund: RefundRecord, to writer: inout JSONWriter) {
        writer.member("id", refund.id)
        writer.member("object", "refund")
        writer.member("amount", refund.amount)
        writer.nullable("charge", refund.charge)
        writer.member("created", refund.created)
        writer.member("currency", refund.currency.code.lowercased())
        writer.member("failure_reason", refund.failureReason)
        writer.member("metadata", refund.metadata)
        writer.member("payment_intent", refund.paymentIntent)
        writer.nullable("reason", refund.reason)
        writer.member("status", refund.status.rawValue)
    }

    private static func dispute(_ dispute: DisputeRecord, of intent: IntentRecord, to writer: inout JSONWriter) {
        writer.member("id", dispute.id)
        writer.member("object", "dispute")
        writer.member("amount", dispute.amount)
        writer.nullable("charge", intent.charge)
        writer.member("created", dispute.created)
        writer.member("currency", intent.currency.code.lowercased())
        writer.member("evidence_details", object: { $0.member("due_by", dispute.dueBy) })
        writer.member("livemode", false)
        writer.member("payment_intent", intent.id)
        writer.member("reason", dispute.reason)
        writer.member("status", dispute.status)
    }
}
