import GatewayCore
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
            try await gateway.deliver(event("evt_1", .refund(refund("re_1", 4000))))
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

    @Test("A refund made outside that collides with a reservation waits until that is free")
    func collisionFreed() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .fail(SettlementCase.rejection(.invalidState))))
            async let own = gateway.refund(subject.intent, amount: "80.00")
            await gate.reached()
            try await gateway.deliver(event("evt_1", .refund(refund("re_out", 3000))))
            try await gateway.workOffInbox(rounds: 5)
            #expect(try await gateway.waitingWebhooks().count == 1)
            #expect(try await gateway.books(of: subject.order).refunded == 0)
            gate.open()
            #expect(try await own.status == 409)
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == partly(3000))
            #expect(try await gateway.waitingWebhooks().isEmpty)
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
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.dispute == dispute)
            #expect(transaction.status == .succeeded, "the payment's status stays")
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }
}
