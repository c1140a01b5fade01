import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Refunds that webhooks tell of", .timeLimit(.minutes(10)))
struct RefundWebhookTests {
    private func refund(_ id: String, _ cents: Int64, _ status: Refund.Status = .succeeded) -> Refund {
        Refund(id: id, paymentIntentID: "pi_1", amount: usd(cents), status: status)
    }

    private func partly(_ refunded: Int64, reserved: Int64 = 0) -> Books {
        Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: refunded, reserved: reserved)
    }

    @Test("A refund made outside the gateway is booked, by whichever event tells of it", arguments: [true, false])
    func outside(_ shown: Bool) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let outside = refund("re_out", 3000)
            gateway.service.show(outside)
            try await gateway.deliver(event("evt_1", shown ? .refund(outside) : .refundsOfPaymentIntent(id: "pi_1")))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == partly(3000))
            let booked = try #require(try await gateway.refunds(of: subject.order).first)
            #expect(booked.providerRefundID == "re_out" && booked.operationID == nil)
            await expectRefusal(.refundExceedsCaptured) { try await gateway.refund(subject.intent, amount: "70.01") }
            #expect(try await gateway.refund(subject.intent, amount: "70.00").status == 200)
        }
    }

    @Test("A refund that an event told of without its operation, before the answer to the call came, is one refund")
    func twin() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .actThenWait(gate))
            async let answer = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            // A provider that passes no metadata on: nothing says that the gateway asked for it.
            gateway.service.show(refund("re_1", 4000))
            try await gateway.deliver(event("evt_1", .refund(refund("re_1", 4000))))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.books(of: subject.order) == partly(4000, reserved: 4000))
            gate.open()
            #expect(try await answer.status == 200)
            #expect(try await gateway.books(of: subject.order) == partly(4000))
            let refunds = try await gateway.refunds(of: subject.order)
            #expect(refunds.map(\.providerRefundID) == ["re_1"])
            #expect(refunds.first?.operationID != nil)
        }
    }

    @Test("What was refunded is the sum of the refunds, however often and in whichever event each is told")
    func sumOfRefunds() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            #expect(try await gateway.refund(subject.intent, amount: "10.00").status == 200)
            let own = try #require(gateway.service.refunds.first)
            let outside = refund("re_out", 2000)
            gateway.service.show(outside)
            for (number, subject) in [
                WebhookEvent.Subject.refund(own), .refundsOfPaymentIntent(id: "pi_1"), .refund(outside), .refund(own),
                .refundsOfPaymentIntent(id: "pi_1"),
            ].enumerated() {
                try await gateway.deliver(event("evt_\(number)", subject))
                try await gateway.workOffInbox()
            }
            #expect(try await gateway.books(of: subject.order) == partly(3000))
            #expect(try await gateway.refunds(of: subject.order).map(\.providerRefundID) == ["re_1", "re_out"])
        }
    }

    @Test("A charge.refunded without refunds, as for a voided authorisation, changes nothing")
    func voidedAuthorisation() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.authorised()
            let before = try await gateway.books(of: subject.order)
            try await gateway.deliver(event("evt_1", "charge.refunded", .refundsOfPaymentIntent(id: "pi_1")))
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == before)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("A refund made outside that does not fit beside a reservation is booked, and a discrepancy is open until it fits")
    func collisionFreed() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .fail(SettlementCase.rejection(.invalidState))))
            async let own = gateway.refund(subject.intent, amount: "80.00")
            await gate.reached()
            gateway.service.show(refund("re_out", 3000))
            try await gateway.deliver(event("evt_1", .refund(refund("re_out", 3000))))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty)
            #expect(try await gateway.books(of: subject.order) == partly(3000, reserved: 7000))
            #expect(try await gateway.transaction(of: subject.order).review?.discrepancy == Discrepancy(.refundExceeds, 11_000))
            gate.open()
            #expect(try await own.status == 409)
            #expect(try await gateway.books(of: subject.order) == partly(3000))
            #expect(try await gateway.transaction(of: subject.order).review == nil)
        }
    }

    @Test("A refund that an operator ended as failed, and that succeeds after all, is booked with a discrepancy")
    func declaredFailure() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 202)
            let operation = try await gateway.lastOperation(of: subject.order)
            _ = try await gateway.desk.resolve(operation.id, as: Resolution(.failed), note: "support says so", by: "ann")
            #expect(try await gateway.books(of: subject.order).reserved == 0)
            var late = refund("re_late", 4000)
            late.operationID = operation.identity(installation: "test").id
            gateway.service.show(late)
            try await gateway.deliver(event("evt_1", .refund(late)))
            #expect(try await gateway.books(of: subject.order).refunded == 0, "the provider is asked first")
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == partly(4000))
            let review = try #require(try await gateway.transaction(of: subject.order).review)
            #expect(review.discrepancy.code == .refundContradictsDecision)
            #expect(gateway.log.lines.contains { $0.level == .critical })
            try await gateway.deliver(event("evt_2", .refund(late.now(.failed))))
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            #expect(try await gateway.transaction(of: subject.order).review == nil, "it failed after all")
        }
    }

    @Test(
        "A refund that is pending stays reserved until the provider says how it ended",
        arguments: [Refund.Status.succeeded, .failed, .canceled])
    func pending(_ end: Refund.Status) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .refund(.pending))
            #expect(try await gateway.refund(subject.intent, amount: "40.00").text.hasPrefix("refund 1 pending"))
            #expect(try await gateway.books(of: subject.order).reserved == 4000)
            try await gateway.deliver(event("evt_1", .refund(try #require(gateway.service.refunds.first).now(end))))
            let paid = Books(status: .succeeded, order: .completed, captured: 10_000)
            #expect(try await gateway.books(of: subject.order) == (end == .succeeded ? partly(4000) : paid))
            #expect(try await gateway.refunds(of: subject.order).map(\.status) == [end])
        }
    }

    @Test("A refund that succeeded and failed after all steps back, in whichever order the two arrive", arguments: [true, false])
    func failsAfterAll(_ inOrder: Bool) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            #expect(try await gateway.refund(subject.intent).status == 200)
            #expect(try await gateway.books(of: subject.order).status == .refunded)
            let made = try #require(gateway.service.refunds.first)
            let news = [event("evt_s", .refund(made.now(.succeeded))), event("evt_f", .refund(made.now(.failed)))]
            for event in inOrder ? news : news.reversed() { try await gateway.deliver(event) }
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            #expect(try await gateway.refunds(of: subject.order).map(\.status) == [.failed])
            #expect(try await gateway.refund(subject.intent).status == 200, "the money can be given back again")
        }
    }

    @Test("One of two refunds that fails after all leaves the other")
    func oneOfTwoFails() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            #expect(try await gateway.refund(subject.intent).status == 200)
            try await gateway.deliver(event("evt_1", .refund(try #require(gateway.service.refunds.first).now(.failed))))
            #expect(try await gateway.books(of: subject.order) == partly(6000))
        }
    }

    static let laterFailures: [ProviderError] = [
        SettlementCase.rejection(.invalidState), SettlementCase.decline(), .notSent(SettlementCase.failure),
        .unknown(SettlementCase.failure),
    ]

    @Test("A refund that a webhook has booked is done, whatever the call hears later", arguments: laterFailures)
    func failureAfterSuccess(_ later: ProviderError) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .fail(later)))
            async let answer = gateway.refund(subject.intent, amount: "40.00", request(key: "k"))
            await gate.reached()
            var told = refund("re_own", 4000)
            told.operationID = try await gateway.lastOperation(of: subject.order).identity(installation: "test").id
            try await gateway.deliver(event("evt_1", .refund(told)))
            #expect(try await gateway.books(of: subject.order) == partly(4000))
            gate.open()
            #expect(try await answer.text.hasPrefix("refund 1 succeeded"))
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
            #expect(try await gateway.books(of: subject.order) == partly(4000))
            #expect(try await gateway.refunds(of: subject.order).map(\.status) == [.succeeded])
            #expect(try await gateway.refund(subject.intent, amount: "40.00", request(key: "k")).isReplay, "the key is not free")
        }
    }

    @Test("A dispute that is won or lost is not reopened by older news", arguments: ["won", "lost", "warning_closed"])
    func dispute(_ end: String) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            var dispute = Dispute(
                id: "dp_1", paymentIntentID: "pi_1", amount: usd(10_000),
                status: end == "warning_closed" ? "warning_needs_response" : "needs_response", reason: "fraudulent")
            let opened = dispute
            try await gateway.deliver(event("evt_1", .dispute(dispute)))
            dispute.status = end
            try await gateway.deliver(event("evt_2", .dispute(dispute)))
            try await gateway.deliver(event("evt_3", .dispute(opened)))
            // It could be newer all the same, by another clock: the provider is asked.
            gateway.service.show(dispute)
            try await gateway.workOffInbox()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.dispute == dispute)
            #expect(transaction.status == .succeeded, "the payment's status stays")
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test(
        "A dispute whose webhook never came is booked from the list of events, whether or not the provider lists disputes",
        arguments: ["listed", "behind", "no list"])
    func missedDispute(_ list: String) async throws {
        try await withGateway { gateway throws in
            let paid = try await gateway.paid()
            let dispute = Dispute(
                id: "dp_1", paymentIntentID: paid.intent, amount: usd(10_000), status: "needs_response", reason: "general")
            switch list {
            case "listed": gateway.service.show(dispute)
            case "no list": gateway.service.listNothing()
            default: break
            }
            gateway.service.list(event("evt_1", .dispute(dispute)), at: gateway.clock.now())
            #expect(await gateway.catchUp.catchUp() == 1)
            try await gateway.workOffInbox()
            #expect(try await gateway.transaction(of: paid.order).disputed == 10_000)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("A refund made at the provider that its list does not show yet is waited for")
    func refundBehind() async throws {
        try await withGateway { gateway throws in
            let paid = try await gateway.paid()
            let refund = Refund(id: "re_other", paymentIntentID: paid.intent, amount: usd(4000), status: .succeeded)
            try await gateway.deliver(event("evt_1", .refund(refund)))
            try await gateway.workOffInbox()
            #expect(try await gateway.waitingWebhooks().count == 1)
            gateway.service.show(refund)
            gateway.clock.advance(by: .seconds(60))
            try await gateway.workOffInbox()
            #expect(try await gateway.transaction(of: paid.order).refunded == 4000)
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("A refund that the provider lists for a released authorization is one row, however often it is listed")
    func released() async throws {
        try await withGateway { gateway throws in
            let subject = try await gateway.created(capture: .manual)
            #expect(try await gateway.cancel(subject.intent).status == 200)
            gateway.service.show(Refund(id: "re_1", paymentIntentID: subject.intent, amount: usd(10_000), status: .succeeded))
            for id in ["evt_1", "evt_2"] {
                try await gateway.deliver(event(id, .refundsOfPaymentIntent(id: subject.intent)))
                try await gateway.workOffInbox()
                #expect(gateway.log.results(of: id).last == "applied")
            }
            #expect(try await gateway.refunds(of: subject.order).map(\.providerRefundID) == ["re_1"])
            #expect(try await gateway.transaction(of: subject.order).refunded == 0)
        }
    }

    @Test(
        "A dispute's event that contradicts newer books has the disputes fetched, and they are believed",
        arguments: [true, false])
    func fetchedDispute(listsDisputes: Bool) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            var dispute = Dispute(
                id: "dp_1", paymentIntentID: subject.intent, amount: usd(10_000), status: "lost", reason: "fraudulent")
            try await gateway.deliver(event("evt_1", .dispute(dispute)))
            // The provider's clock was set back: what is newer looks older.
            dispute.status = "won"
            var won = event("evt_2", .dispute(dispute))
            won.createdAt = won.createdAt.advanced(by: .seconds(-60))
            gateway.service.show(dispute)
            if !listsDisputes { gateway.service.listNothing() }
            try await gateway.deliver(won)
            #expect(try await gateway.transaction(of: subject.order).disputed == 10_000, "the provider is asked first")
            try await gateway.workOffInbox()
            #expect(try await gateway.transaction(of: subject.order).disputed == (listsDisputes ? 0 : 10_000))
            #expect(gateway.log.results(of: "evt_2").last == "applied")
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("A dispute of a payment that is not paid in the books is booked with the intent, and the list shows how it stands now")
    func disputeBeforePayment() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(intent.now(.succeeded))
            var dispute = Dispute(
                id: "dp_1", paymentIntentID: subject.intent, amount: usd(10_000), status: "lost", reason: "fraudulent")
            gateway.service.show(dispute)
            dispute.status = "needs_response"
            try await gateway.deliver(event("evt_1", .dispute(dispute)))
            try await gateway.workOffInbox()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.status == .succeeded && transaction.disputed == 10_000)
            #expect(transaction.dispute?.status == "lost")
        }
    }
}
