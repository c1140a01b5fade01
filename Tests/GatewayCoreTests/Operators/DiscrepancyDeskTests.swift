import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("An operator resolves a discrepancy", .timeLimit(.minutes(10)))
struct DiscrepancyDeskTests {
    /// A payment with a refund that has had no outcome for 72 hours, because the provider answers no question about it.
    private func overdueRefund(in gateway: TestGateway) async throws -> TestGateway.Subject {
        let subject = try await gateway.paid()
        gateway.service.script(.refund, .fail(.unknown(SettlementCase.failure)))
        #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 202)
        gateway.service.failLookups(.unknown(SettlementCase.failure))
        gateway.clock.advance(by: .seconds(73 * 3600))
        try await gateway.recover(subject.order)
        #expect(try await gateway.transaction(of: subject.order).review?.discrepancy.code == .outcomeUnknown)
        return subject
    }

    /// A payment that was canceled, and is paid at the provider.
    private func paidAfterCancel(in gateway: TestGateway) async throws -> TestGateway.Subject {
        let subject = try await gateway.created()
        let intent = try #require(gateway.service.intent(subject.intent))
        #expect(try await gateway.cancel(subject.intent).status == 200)
        gateway.service.show(intent.now(.succeeded))
        try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
        try await gateway.workOffInbox()
        #expect(try await gateway.transaction(of: subject.order).review?.discrepancy.code == .paidAfterCancel)
        return subject
    }

    private func accept(_ subject: TestGateway.Subject, in gateway: TestGateway) async throws -> PaymentTransaction {
        let id = try await gateway.transaction(of: subject.order).id
        return try await gateway.desk.resolvePayment(id, as: .accept, note: "case 4711", by: "ann")
    }

    @Test("A missing outcome is not accepted while the provider cannot be asked, and the error names the command that ends it")
    func unverified() async throws {
        try await withGateway { gateway in
            let subject = try await overdueRefund(in: gateway)
            let operation = try await gateway.lastOperation(of: subject.order)
            let error = await #expect(throws: GatewayError.self) { try await accept(subject, in: gateway) }
            #expect(error?.code == .providerUnavailable)
            #expect(error?.detail.contains("gateway operations resolve \(operation.id) --as succeeded|failed --force") == true)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
        }
    }

    @Test("A missing outcome that the provider shows after all is booked when it is accepted")
    func shownAfterAll() async throws {
        try await withGateway { gateway in
            let subject = try await overdueRefund(in: gateway)
            let operation = try await gateway.lastOperation(of: subject.order)
            gateway.service.failLookups(nil)
            var made = Refund(id: "re_1", paymentIntentID: subject.intent, amount: usd(4000), status: .succeeded)
            made.operationID = operation.identity(installation: "test").id
            gateway.service.show(made)
            let row = try await accept(subject, in: gateway)
            #expect(row.refunded == 4000 && row.review == nil)
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
            #expect(try await gateway.history(of: subject.order).contains { $0.detail?.contains("case 4711") == true })
        }
    }

    @Test("A missing outcome without a trace ends as not executed when it is accepted, and what was reserved is free")
    func noTrace() async throws {
        try await withGateway { gateway in
            let subject = try await overdueRefund(in: gateway)
            gateway.service.failLookups(nil)
            let row = try await accept(subject, in: gateway)
            #expect(row.reserved == 0 && row.refunded == 0 && row.review == nil)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
        }
    }

    @Test("Giving back is a refund of the gateway's own, and its request has what the settings contribute at its first call")
    func giveBack() async throws {
        try await withGateway { gateway in
            let subject = try await paidAfterCancel(in: gateway)
            let id = try await gateway.transaction(of: subject.order).id
            let planned = try await gateway.desk.resolvePayment(id, as: .refund, note: "case 4711", by: "ann")
            #expect(planned.reserved == 10_000)
            gateway.service.fillIn { request in
                guard case .refund(var refund) = request else { return request }
                refund.reason = "from the settings"
                return .refund(refund)
            }
            gateway.service.script(.refund, .fail(.unknown(SettlementCase.failure)))
            #expect(await gateway.recovery.recoverDue() == 1)
            gateway.service.fillIn { $0 }
            try await gateway.recover(subject.order)
            let refunds = gateway.service.calls.compactMap { call -> CreateRefundRequest? in
                if case .refund(let refund) = call.request { refund } else { nil }
            }
            #expect(refunds.map(\.reason) == ["from the settings", "from the settings"], "a repeat is the request as first sent")
            #expect(refunds.map(\.amount) == [usd(10_000), usd(10_000)])
            let row = try await gateway.transaction(of: subject.order)
            #expect(row.refunded == 10_000 && row.review == nil, "the money is back")
        }
    }

    @Test(
        "A call of the gateway's own waits unsent while the provider cannot be asked about it, and a refused first call frees the reservation"
    )
    func unsent() async throws {
        try await withGateway { gateway in
            let subject = try await paidAfterCancel(in: gateway)
            let id = try await gateway.transaction(of: subject.order).id
            _ = try await gateway.desk.resolvePayment(id, as: .refund, note: "case 4711", by: "ann")
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            #expect(await gateway.recovery.recoverDue() == 1)
            let waiting = try await gateway.lastOperation(of: subject.order)
            #expect(waiting.state == .pending && !waiting.mayHaveBeenSent)
            #expect(gateway.service.effects(.refund) == 0)
            gateway.service.failLookups(nil)
            gateway.service.script(.refund, .fail(SettlementCase.rejection(.invalidRequest)))
            gateway.clock.advance(by: .seconds(60))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.transaction(of: subject.order).reserved == 0)
        }
    }

    @Test("A call of the gateway's own that the provider puts off is made again", arguments: ["limit", "credentials"])
    func putOff(_ reason: String) async throws {
        try await withGateway { gateway throws in
            let subject = try await paidAfterCancel(in: gateway)
            let id = try await gateway.transaction(of: subject.order).id
            _ = try await gateway.desk.resolvePayment(id, as: .refund, note: "case 4711", by: "ann")
            let error: ProviderError =
                reason == "limit" ? .notSent(SettlementCase.failure) : SettlementCase.rejection(.authentication)
            gateway.service.script(.refund, .fail(error))
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            gateway.clock.advance(by: .seconds(60))
            try await gateway.recover(subject.order)
            #expect(try await gateway.transaction(of: subject.order).refunded == 10_000)
        }
    }

    @Test("The provider is asked before an operator's decision, and a difference that turned into another one is not decided")
    func asksFirst() async throws {
        try await withGateway { gateway throws in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: intent.id, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            try await gateway.workOffInbox()
            var paid = PaymentIntent(id: intent.id, status: .succeeded, amount: usd(10_000))
            paid.amountCaptured = 9000
            gateway.service.show(paid)
            await expectRefusal(.invalidState) { try await accept(subject, in: gateway) }
            let row = try await gateway.transaction(of: subject.order)
            #expect(row.review?.discrepancy == Discrepancy(.capturedLess, 9000) && row.captured == 9000)
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            await expectRefusal(.providerUnavailable) { try await accept(subject, in: gateway) }
            gateway.service.failLookups(nil)
            #expect(try await accept(subject, in: gateway).review == nil)
        }
    }

    @Test("Giving back a payment that is not captured cancels it at the provider, and its order takes another")
    func cancels() async throws {
        try await withGateway { gateway throws in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: intent.id, status: .requiresPaymentMethod, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            try await gateway.workOffInbox()
            let id = try await gateway.transaction(of: subject.order).id
            _ = try await gateway.desk.resolvePayment(id, as: .refund, note: "another amount", by: "ann")
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(try await gateway.transaction(of: subject.order).status == .canceled)
            #expect(gateway.service.effects(.cancel) == 1)
        }
    }

    @Test("A difference that is gone when the provider is asked needs no decision")
    func closedMeanwhile() async throws {
        try await withGateway { gateway throws in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(PaymentIntent(id: intent.id, status: .processing, amount: usd(1)))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: intent.id)))
            try await gateway.workOffInbox()
            gateway.service.show(intent)
            await expectRefusal(.invalidState) { try await accept(subject, in: gateway) }
            #expect(try await gateway.transaction(of: subject.order).review == nil)
        }
    }

    @Test("Nothing is resolved where no discrepancy is open, and an empty note is refused")
    func refused() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            await expectRefusal(.invalidState) { try await accept(subject, in: gateway) }
            let id = try await gateway.transaction(of: subject.order).id
            await expectRefusal(.invalidRequest) {
                try await gateway.desk.resolvePayment(id, as: .accept, note: "", by: "ann")
            }
            await expectRefusal(.notFound) {
                try await gateway.desk.resolvePayment(99, as: .accept, note: "n", by: "ann")
            }
        }
    }
}
