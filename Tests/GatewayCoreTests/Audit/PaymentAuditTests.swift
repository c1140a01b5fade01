import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("An audit compares payments with their providers", .timeLimit(.minutes(10)))
struct PaymentAuditTests {
    /// Runs an audit to its end.
    private func audit(_ gateway: TestGateway, _ selection: AuditSelection = AuditSelection()) async throws -> AuditReport {
        var next = selection
        var report = try await gateway.audit.compareNext(next)
        while !report.isAtEnd {
            (next.after, next.through) = (report.last, report.through)
            report.add(try await gateway.audit.compareNext(next))
        }
        return report
    }

    private func refund(
        _ id: String, of subject: TestGateway.Subject, _ cents: Int64, _ status: Refund.Status = .succeeded
    ) -> Refund {
        Refund(id: id, paymentIntentID: subject.intent, amount: usd(cents), status: status)
    }

    private func dispute(_ id: String, of subject: TestGateway.Subject, _ status: String) -> Dispute {
        Dispute(id: id, paymentIntentID: subject.intent, amount: usd(10_000), status: status, reason: "fraudulent")
    }

    @Test(
        "Payments that agree with their provider, open, paid, canceled, refunded and disputed, are no differences and are not written"
    )
    func equal() async throws {
        try await withGateway { gateway in
            _ = try await gateway.created()
            _ = try await gateway.authorised()
            _ = try await gateway.cancel(try await gateway.created().intent)
            _ = try await gateway.refund(try await gateway.paid().intent, amount: "40.00")
            let disputed = try await gateway.paid()
            gateway.service.show(dispute("dp_1", of: disputed, "needs_response"))
            try await gateway.deliver(event("evt_1", .dispute(dispute("dp_1", of: disputed, "needs_response"))))
            let before = try await gateway.transaction(of: disputed.order)
            let report = try await audit(gateway)
            #expect(report.compared == 5 && report.differences.isEmpty && report.isComplete, "\(report)")
            #expect(try await gateway.transaction(of: disputed.order) == before)
        }
    }

    @Test("What changed at the provider without a webhook is booked, with what the books said and what the provider shows")
    func booked() async throws {
        try await withGateway { gateway in
            let captured = try await gateway.authorised()
            gateway.service.show(try #require(gateway.service.intent(captured.intent)).now(.succeeded))
            let refunded = try await gateway.paid()
            gateway.service.show(refund("re_x", of: refunded, 500))
            let disputed = try await gateway.paid()
            gateway.service.show(dispute("dp_1", of: disputed, "lost"))
            let report = try await audit(gateway)
            #expect(report.differences.map(\.outcome) == [.booked, .booked, .booked], "\(report.differences)")
            #expect(
                report.differences.first?.books == "status requires_capture, captured 0.00 USD"
                    && report.differences.first?.shown == "status succeeded, captured 100.00 USD")
            #expect(report.differences[1].books == "refunded 0.00 USD" && report.differences[1].shown == "refunded 5.00 USD")
            #expect(
                report.differences[2].books == "disputes none" && report.differences[2].shown == "disputes dp_1 lost 100.00 USD")
            #expect(try await gateway.books(of: captured.order).status == .succeeded)
            #expect(try await gateway.books(of: refunded.order).refunded == 500)
            #expect(try await gateway.transaction(of: disputed.order).disputed == 10_000)
            #expect(try await gateway.history(of: disputed.order).map(\.type).suffix(2) == ["audited", "dispute.changed"])
            #expect(try await audit(gateway).differences.isEmpty, "the books have taken it over")
        }
    }

    @Test("A dispute that was won at the provider while the books have it as lost is won, whatever the clocks say")
    func wonDispute() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.clock.advance(by: .seconds(-3600))
            try await gateway.deliver(event("evt_1", .dispute(dispute("dp_1", of: subject, "lost"))))
            gateway.service.show(dispute("dp_1", of: subject, "won"))
            #expect(try await audit(gateway).differences.map(\.outcome) == [.booked])
            #expect(try await gateway.transaction(of: subject.order).disputed == 0)
        }
    }

    @Test("A difference that a person has to look at opens a discrepancy, and is reported until it is closed")
    func discrepancy() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            _ = try await gateway.cancel(subject.intent)
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
            for _ in 0..<2 {
                let difference = try #require(try await audit(gateway).differences.first)
                #expect(difference.outcome == .discrepancy && difference.code == "paid_after_cancel")
            }
            let id = try await gateway.transaction(of: subject.order).id
            _ = try await gateway.desk.resolvePayment(id, as: .accept, note: "agreed", by: "ann")
            #expect(try await audit(gateway).differences.isEmpty)
        }
    }

    @Test("What no rule takes over is reported as not booked")
    func notBooked() async throws {
        try await withGateway { gateway in
            let lessRefunded = try await gateway.paid()
            _ = try await gateway.refund(lessRefunded.intent, amount: "40.00")
            gateway.service.hideRefunds()
            let reopened = try await gateway.paid()
            gateway.service.show(try #require(gateway.service.intent(reopened.intent)).now(.requiresPaymentMethod))
            let forgotten = try await gateway.paid()
            try await gateway.deliver(event("evt_1", .dispute(dispute("dp_1", of: forgotten, "needs_response"))))
            let report = try await audit(gateway)
            #expect(report.differences.map(\.outcome) == [.notBooked, .notBooked, .notBooked], "\(report.differences)")
            #expect(report.differences.first?.books == "refunded 40.00 USD")
            #expect(report.differences.first?.shown == "refunded 0.00 USD")
            #expect(try await gateway.books(of: lessRefunded.order).refunded == 4000)
        }
    }

    @Test("A payment that the provider does not know is a difference, and stays as it is")
    func unknown() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let before = try await gateway.transaction(of: subject.order)
            gateway.service.failLookup(of: subject.intent, .rejected(Rejection(.notFound, message: "no such payment intent")))
            let report = try await audit(gateway)
            #expect(report.differences.map(\.outcome) == [.notBooked])
            #expect(report.differences.first?.shown == "no such payment intent")
            #expect(try await gateway.transaction(of: subject.order) == before)
        }
    }

    @Test("A payment that expired at the provider is canceled")
    func expired() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.failLookup(of: subject.intent, .rejected(Rejection(.gone, message: "expired")))
            #expect(try await audit(gateway).differences.map(\.outcome) == [.booked])
            #expect(try await gateway.books(of: subject.order).status == .canceled)
        }
    }

    @Test("A payment without an answer is listed as not compared, and the others are compared")
    func unanswered() async throws {
        try await withGateway { gateway in
            let silent = try await gateway.paid()
            let refunded = try await gateway.paid()
            gateway.service.failLookup(of: silent.intent, .unknown(CallFailure("no answer in time")))
            gateway.service.show(refund("re_x", of: refunded, 500))
            let report = try await audit(gateway)
            #expect(report.compared == 1 && report.differences.count == 1)
            #expect(report.uncompared.map(\.isUnanswered) == [true] && !report.isComplete)
            #expect(report.uncompared.first?.reason.contains("no answer in time") == true, "\(report.uncompared)")
        }
    }

    @Test("Payments without an intent are skipped with the reason, and those of providers that are not loaded are counted")
    func skipped() async throws {
        try await withGateway { gateway in
            let refused = try await gateway.order()
            gateway.service.script(.create, .fail(.rejected(Rejection(.invalidRequest, message: "no"))))
            _ = try await status { try await gateway.create(refused) }
            let unknown = try await gateway.order()
            gateway.service.script(.create, .fail(.unknown(CallFailure("lost"))))
            _ = try await gateway.create(unknown)
            _ = try await gateway.create(try await gateway.order(), provider: "other")
            let registry = TestRegistry(services: ["acme": gateway.service], maximumConcurrentCalls: 10)
            let audit = PaymentAudit(
                store: gateway.store, registry: registry, supervisor: gateway.supervisor, lifecycle: Lifecycle(),
                clock: gateway.clock,
                logger: gateway.log.logger)
            let report = try await audit.compareNext(AuditSelection())
            #expect(
                report.withoutIntent == ["the provider refused the creation": 1, "the creation has no outcome yet": 1],
                "\(report)")
            #expect(report.notLoaded == ["other": 1] && report.compared == 0 && !report.isComplete)
            let other = try await audit.compareNext(AuditSelection(provider: "acme"))
            #expect(other.notLoaded.isEmpty && other.isComplete)
            await expectRefusal(.notFound) { _ = try await audit.compareNext(AuditSelection(provider: "other")) }
        }
    }

    @Test("A provider that lists neither refunds nor disputes is asked for the refunds that the books know, and that is reported")
    func limits() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            _ = try await gateway.refund(subject.intent, amount: "40.00")
            gateway.service.listNothing()
            gateway.service.show(
                Refund(
                    id: try #require(gateway.service.refunds.first).id, paymentIntentID: subject.intent, amount: usd(4000),
                    status: .failed))
            let report = try await audit(gateway)
            #expect(report.differences.map(\.outcome) == [.booked] && report.limits.count == 2, "\(report)")
            #expect(try await gateway.books(of: subject.order).refunded == 0)
        }
    }

    @Test("It goes on after any payment, and takes those of a time and a provider only")
    func selection() async throws {
        try await withGateway { gateway in
            let first = try await gateway.transaction(of: try await gateway.created().order)
            gateway.clock.advance(by: .seconds(3600))
            let second = try await gateway.transaction(of: try await gateway.created().order)
            _ = try await gateway.create(try await gateway.order(), provider: "other")
            #expect(try await audit(gateway).compared == 3)
            #expect(try await audit(gateway, AuditSelection(after: first.id)).compared == 2)
            #expect(try await audit(gateway, AuditSelection(through: second.id)).compared == 2)
            #expect(try await audit(gateway, AuditSelection(since: second.createdAt)).compared == 2)
            #expect(try await audit(gateway, AuditSelection(provider: "other")).compared == 1)
        }
    }

    @Test("No provider gets more questions in a second than the rate allows", arguments: [1, 10])
    func rate(_ rate: Int) async throws {
        try await withGateway { gateway in
            for _ in 0..<5 { _ = try await gateway.paid() }
            let (begun, before) = (gateway.clock.now(), gateway.service.lookups)
            #expect(try await audit(gateway, AuditSelection(rate: rate)).compared == 5)
            let questions = gateway.service.lookups - before
            #expect(questions == 15)
            #expect(gateway.clock.now().duration(since: begun) >= .seconds(1) / rate * questions)
        }
    }

    @Test("A payment that changes while the provider is asked is asked for again, and never booked from the older answer")
    func changes() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            async let report = audit(gateway)
            await gate.reached()
            gateway.service.holdRetrievals(at: nil)
            #expect(try await gateway.confirm(subject.intent).status == 200)
            gate.open()
            #expect(try await report.differences.isEmpty)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }
}
