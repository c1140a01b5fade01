import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Any order of arrival ends in the same state", .timeLimit(.minutes(10)))
struct WebhookOrderTests {
    /// Every order of so many things.
    static func permutations(_ count: Int) -> [[Int]] {
        if count == 0 { return [[]] }
        return permutations(count - 1).flatMap { shorter in
            (0..<count).map { place in Array(shorter[..<place]) + [count - 1] + Array(shorter[place...]) }
        }
    }

    /// What the last two of the four events say, and when the inbox is looked at.
    enum Variant: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case chargeRefundedAtOnce, chargeRefundedAtTheEnd, refundUpdatedAtOnce, refundUpdatedAtTheEnd

        var showsRefund: Bool { self == .refundUpdatedAtOnce || self == .refundUpdatedAtTheEnd }
        var isAtOnce: Bool { self == .chargeRefundedAtOnce || self == .refundUpdatedAtOnce }
        var testDescription: String { rawValue }
    }

    @Test("A payment that was processing, declined, paid and refunded", arguments: permutations(4), Variant.allCases)
    func course(_ order: [Int], _ variant: Variant) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            var paid = intent.now(.succeeded)
            paid.paymentMethod = "card"
            paid.chargeID = "ch_paid"
            var shownPaid = paid
            shownPaid.paymentMethod = nil
            let refund = Refund(id: "re_out", paymentIntentID: intent.id, amount: usd(2500), status: .succeeded)
            let events = [
                event("evt_0", "payment_intent.processing", .paymentIntent(intent.now(.processing))),
                event("evt_1", "payment_intent.payment_failed", .paymentIntent(intent.declined(charge: "ch_declined"))),
                event("evt_2", "payment_intent.succeeded", .paymentIntent(shownPaid)),
                variant.showsRefund
                    ? event("evt_3", "refund.updated", .refund(refund))
                    : event("evt_3", "charge.refunded", .refundsOfPaymentIntent(id: intent.id)),
            ]
            let course = [intent.now(.processing), intent.declined(charge: "ch_declined"), paid, paid]

            var farthest = 0
            for next in order {
                // Whoever asks is shown what has happened by then.
                farthest = max(farthest, next)
                gateway.service.show(course[farthest])
                if farthest == 3 { gateway.service.show(refund) }
                try await gateway.deliver(events[next])
                if variant.isAtOnce { try await gateway.inbox.applyDue() }
            }
            try await gateway.workOffInbox()

            #expect(try await gateway.waitingWebhooks().isEmpty)
            #expect(
                try await gateway.books(of: subject.order)
                    == Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: 2500)
            )
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.paymentMethod == "card")
            #expect(transaction.providerChargeID == "ch_paid")
            #expect(transaction.errorCode == nil && transaction.errorMessage == nil)
            let refunds = try await gateway.refunds(of: subject.order)
            #expect(refunds.map(\.providerRefundID) == ["re_out"])
            #expect(refunds.map(\.status) == [.succeeded])
        }
    }

    @Test("Between states that are not the end the provider is asked, and its answer counts", arguments: permutations(3))
    func notTerminal(_ order: [Int]) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            let course = [intent.now(.processing), intent.now(.requiresAction), intent.declined()]
            gateway.service.show(course[2])
            for next in order {
                try await gateway.deliver(event("evt_\(next)", .paymentIntent(course[next])))
            }
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .failed, order: .failed))
            #expect(try await gateway.transaction(of: subject.order).declineCode == "insufficient_funds")
        }
    }

    @Test("No news leads out of the end of a payment", arguments: [PaymentIntent.Status.succeeded, .canceled])
    func terminalOutranks(_ end: PaymentIntent.Status) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            try await gateway.deliver(event("evt_end", .paymentIntent(intent.now(end))))
            gateway.service.show(intent.now(end))
            try await gateway.workOffInbox()
            let (books, history) = (try await gateway.books(of: subject.order), try await gateway.history(of: subject.order))
            for status in [
                PaymentIntent.Status.requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture,
            ] {
                // Even a provider whose answer is stale leads nowhere.
                gateway.service.show(intent.now(status))
                try await gateway.deliver(event("evt_\(status.rawValue)", .paymentIntent(intent.now(status))))
                try await gateway.deliver(event("evt_ref_\(status.rawValue)", .paymentIntentReference(id: intent.id)))
                try await gateway.workOffInbox()
            }
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.history(of: subject.order) == history)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("What was asked before a newer state was written is asked again")
    func staleAnswer() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(intent.now(.processing))
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            async let looked = gateway.inbox.applyDue()
            await gate.reached()
            gateway.service.holdRetrievals(at: nil)
            gateway.service.script(.confirm, .show(intent.now(.requiresAction)))
            #expect(try await gateway.confirm(intent.id).status == 200)
            gate.open()
            _ = try await looked
            #expect(try await gateway.books(of: subject.order).status == .requiresAction)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("While the outcome of a confirmation is not known the provider's news is taken")
    func newsWhileUnknown() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(intent.id).status == 202)
            var action = intent.now(.requiresAction)
            action.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://bank.example/3ds")
            gateway.service.show(action)
            try await gateway.deliver(
                event("evt_1", "payment_intent.requires_action", .paymentIntent(intent.now(.requiresAction))))
            try await gateway.inbox.applyDue()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.status == .requiresAction)
            #expect(transaction.nextAction == action.nextAction)
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
        }
    }

    @Test("News that is applied while a confirmation is at work is not overwritten by its older answer")
    func newsDuringConfirmation() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            let gate = Gate()
            gateway.service.script(.confirm, .actThenWait(gate, .processing))
            async let confirmation = gateway.confirm(intent.id)
            await gate.reached()
            gateway.service.show(intent.declined())
            try await gateway.deliver(event("evt_1", "payment_intent.payment_failed", .paymentIntent(intent.declined())))
            try await gateway.inbox.applyDue()
            gate.open()
            #expect(try await confirmation.status == 200)
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .failed, order: .failed))
        }
    }

    @Test("Of two disputes that have ended at one moment, every order of events shows the same one", arguments: permutations(4))
    func disputes(_ order: [Int]) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let told = [("dp_2", "needs_response"), ("dp_2", "under_review"), ("dp_2", "lost"), ("dp_1", "won")].map {
                Dispute(id: $0, paymentIntentID: subject.intent, amount: usd(10_000), status: $1, reason: "fraudulent")
            }
            for dispute in told[2...] { gateway.service.show(dispute) }
            for index in order {
                try await gateway.deliver(event("evt_\(index)", "charge.dispute.updated", .dispute(told[index])))
            }
            try await gateway.workOffInbox()
            #expect(try await gateway.transaction(of: subject.order).dispute == told[2])
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("Of several disputes the most recent open one is shown, and the last one where all have ended")
    func openDisputeFirst() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            func tell(_ id: String, _ status: String, at seconds: Int64) async throws -> String? {
                let dispute = Dispute(
                    id: id, paymentIntentID: subject.intent, amount: usd(1000), status: status, reason: "fraudulent")
                gateway.service.show(dispute)
                var event = event("evt_\(seconds)", "charge.dispute.updated", .dispute(dispute))
                event.createdAt = Timestamp(unixSeconds: 1_767_834_000 + seconds)
                try await gateway.deliver(event)
                try await gateway.workOffInbox()
                return try await gateway.transaction(of: subject.order).dispute?.id
            }
            #expect(try await tell("dp_2", "needs_response", at: 1) == "dp_2")
            #expect(try await tell("dp_1", "needs_response", at: 2) == "dp_1", "the most recent")
            #expect(try await tell("dp_1", "won", at: 3) == "dp_2", "the open one")
            #expect(try await tell("dp_2", "lost", at: 4) == "dp_2", "the last one")
            #expect(try await gateway.transaction(of: subject.order).disputed == 1000)
        }
    }
}
