import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What a webhook does when it arrives", .timeLimit(.minutes(10)))
struct WebhookInboxTests {
    @Test("An event is applied once, however often it is delivered")
    func duplicate() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let succeeded = event(
                "evt_1", "payment_intent.succeeded", .paymentIntent(try #require(gateway.service.intent("pi_1")).now(.succeeded)))
            for _ in 0..<3 { try await gateway.deliver(succeeded) }
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            let lines = try await gateway.history(of: subject.order).filter { $0.actor == "webhook:evt_1" }
            #expect(lines.count == 1)
            #expect(lines.first?.type == "webhook.payment_intent.succeeded")
            #expect(gateway.log.results(of: "evt_1").suffix(2) == ["duplicate", "duplicate"])
        }
    }

    @Test("A success that is told without its charge is filled in from the object, also where the kind of payment is known")
    func charge() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            var challenged = try #require(gateway.service.intent(subject.intent)).now(.requiresAction)
            challenged.paymentMethod = "card"
            gateway.service.script(.confirm, .show(challenged))
            #expect(try await gateway.confirm(subject.intent).status == 200)
            var paid = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            paid.chargeID = "ch_paid"
            gateway.service.show(paid)
            paid.chargeID = nil
            try await gateway.deliver(event("evt_1", "payment_intent.succeeded", .paymentIntent(paid)))
            try await gateway.workOffInbox()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(transaction.paymentMethod == "card" && transaction.providerChargeID == "ch_paid")
        }
    }

    @Test("A webhook whose signature is wrong is refused, and nothing is written")
    func badSignature() async throws {
        try await withGateway { gateway in
            let webhook = try ScriptedService.webhook(event("evt_1", .other), signature: "forged", at: gateway.clock.now())
            await expectRefusal(.invalidSignature) { try await gateway.webhooks.receive(webhook, from: "acme", requestID: "r") }
            try await gateway.deliver(event("evt_1", .other))
            #expect(gateway.log.results(of: "evt_1") == ["ignored"], "the forged one was not stored under its id")
        }
    }

    @Test("A webhook that cannot be read is refused, and one for an unknown provider is not found")
    func unreadable() async throws {
        try await withGateway { gateway in
            let now = gateway.clock.now()
            let torn = WebhookRequest(
                headers: [HTTPField("signature", "valid")], query: "", body: Array("{".utf8), receivedAt: now)
            await expectRefusal(.malformedRequest) { try await gateway.webhooks.receive(torn, from: "acme", requestID: "r") }
            let webhook = try ScriptedService.webhook(event("evt_1", .other), at: now)
            await expectRefusal(.notFound) { try await gateway.webhooks.receive(webhook, from: "nobody", requestID: "r") }
        }
    }

    @Test("While the database is down a webhook is not acknowledged, and its next delivery is applied")
    func databaseDown() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let succeeded = event("evt_1", .paymentIntent(try #require(gateway.service.intent("pi_1")).now(.succeeded)))
            gateway.store.script(.unavailable("busy"))
            await #expect(throws: StoreError.unavailable("busy")) { try await gateway.deliver(succeeded) }
            try await gateway.deliver(succeeded)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    @Test("An event that comes before the creation's answer finds the payment by the operation in its metadata")
    func earlyForCreation() async throws {
        try await withGateway { gateway in
            let order = try await gateway.order()
            let gate = Gate()
            gateway.service.script(.create, .actThenWait(gate))
            async let answer = gateway.create(order)
            await gate.reached()
            let intent = try #require(gateway.service.intent("pi_1"))
            #expect(try await gateway.lastOperation(of: order).identity(installation: "test").id == intent.operationID)
            gateway.service.show(intent.now(.succeeded))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent.now(.succeeded))))
            #expect(
                try await gateway.transaction(of: order).paymentIntentID == nil,
                "anybody can write such a name: it is fetched first")
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            gate.open()
            #expect(try await answer.status == 201)
            #expect(try await gateway.books(of: order).status == .succeeded, "the older answer changes nothing")
            #expect(try await gateway.transaction(of: order).clientSecret == intent.clientSecret)
        }
    }

    @Test(
        "An operation id of another installation, or of a copy's operation that has the same number, finds nothing",
        arguments: ["other-1", "test-1", "test-1-0000000000000000", "test-2", "test-", "test-x", "1"])
    func foreignOperation(_ id: String) async throws {
        try await withGateway { gateway in
            _ = try await gateway.paid()
            var intent = PaymentIntent(id: "pi_foreign", status: .succeeded, amount: usd(10_000))
            intent.operationID = id
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            #expect(try await gateway.waitingWebhooks().count == 1)
        }
    }

    @Test("The id of an operation of another kind finds nothing")
    func operationOfAnotherKind() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            var intent = PaymentIntent(id: "pi_foreign", status: .succeeded, amount: usd(10_000))
            let confirmation = try await gateway.lastOperation(of: subject.order)
            #expect(confirmation.kind == .confirm)
            intent.operationID = confirmation.identity(installation: "test").id
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            #expect(try await gateway.waitingWebhooks().count == 1)
        }
    }

    @Test("An event that comes before the refund's answer books the gateway's own refund, once")
    func earlyForRefund() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .actThenWait(gate))
            async let answer = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            try await gateway.deliver(event("evt_1", "refund.updated", .refund(try #require(gateway.service.refunds.first))))
            let booked = Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: 4000)
            #expect(try await gateway.books(of: subject.order) == booked)
            gate.open()
            #expect(try await answer.status == 200)
            #expect(try await gateway.books(of: subject.order) == booked)
            #expect(try await gateway.refunds(of: subject.order).count == 1)
        }
    }

    @Test("An event for an unknown object waits, and is applied when its payment appears")
    func appearsLater() async throws {
        try await withGateway { gateway in
            let intent = PaymentIntent(id: "pi_1", status: .succeeded, amount: usd(10_000))
            try await gateway.deliver(event("evt_1", .paymentIntent(intent)))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().count == 1)
            let subject = try await gateway.created()
            gateway.service.show(intent)
            try await gateway.workOffInbox()
            #expect(try await gateway.waitingWebhooks().isEmpty)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    static let unknownSubjects: [WebhookEvent.Subject] = [
        .paymentIntent(PaymentIntent(id: "pi_x", status: .succeeded, amount: usd(1))),
        .paymentIntent(PaymentIntent(id: "pi_x", status: .processing, amount: usd(1))),
        .paymentIntent(
            {
                var intent = PaymentIntent(id: "pi_x", status: .processing, amount: usd(1))
                intent.operationID = "elsewhere-1"
                return intent
            }()),
        .paymentIntentReference(id: "pi_x"),
        .refund(Refund(id: "re_x", paymentIntentID: "pi_x", amount: usd(1), status: .succeeded)),
        .refundsOfPaymentIntent(id: "pi_x"),
        .dispute(Dispute(id: "dp_x", paymentIntentID: "pi_x", amount: usd(1), status: "needs_response", reason: "fraudulent")),
    ]

    @Test("An event for an object that stays unknown is tried for 24 hours and then ignored", arguments: unknownSubjects.indices)
    func staysUnknown(_ index: Int) async throws {
        try await withGateway { gateway in
            try await gateway.deliver(event("evt_1", Self.unknownSubjects[index]))
            gateway.clock.advance(by: .seconds(24 * 3600) - .seconds(1))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().count == 1)
            gateway.clock.advance(by: .seconds(3600))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty)
            #expect(gateway.log.results(of: "evt_1").last == "ignored")
        }
    }

    @Test("An event of a known payment waits as long as the provider cannot be asked")
    func providerDown() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.processing))
            try await gateway.workOffInbox(rounds: 30)
            #expect(try await gateway.waitingWebhooks().count == 1)
            gateway.service.failLookups(nil)
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order).status == .processing)
        }
    }

    @Test("An event that cannot be applied keeps no other from it")
    func oneFails() async throws {
        try await withGateway { gateway in
            for number in 1...2 {
                let subject = try await gateway.created()
                gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.processing))
                try await gateway.deliver(event("evt_\(number)", .paymentIntentReference(id: subject.intent)))
            }
            gateway.store.script(.constraint("evt"))
            try await gateway.inbox.applyDue()
            let waiting = try await gateway.waitingWebhooks().map(\.event.id)
            #expect(waiting.count == 1)
            #expect(gateway.log.lines.contains { $0.level == .error && $0.metadata["event"].map { "\($0)" } == waiting.first })
            gateway.clock.advance(by: .seconds(2))
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("While nothing can be written an event is looked at once in a round, and stays")
    func nothingWritable() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.processing))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            gateway.store.script(.unavailable("full"), .unavailable("full"))
            #expect(try await gateway.inbox.applyDue() == 1)
            #expect(try await gateway.waitingWebhooks().count == 1)
            try await gateway.inbox.applyDue()
            #expect(try await gateway.waitingWebhooks().isEmpty)
        }
    }

    @Test("What needs a question is applied by the running service, and what an earlier process left as well")
    func runningService() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.processing))
            try await gateway.deliver(event("evt_1", .paymentIntentReference(id: subject.intent)))
            let later = TestGateway(store: gateway.store, service: gateway.service)
            try await withThrowingTaskGroup { group in
                group.addTask { try await later.supervisor.run() }
                group.addTask { try await later.inbox.run() }
                try await eventually("the event is applied") { try await gateway.waitingWebhooks().isEmpty }
                group.cancelAll()
            }
            #expect(try await gateway.books(of: subject.order).status == .processing)
        }
    }

    @Test("A provider that does not answer keeps no other's events waiting, however many of its own wait")
    func slowProvider() async throws {
        try await withGateway { gateway in
            let slow = try await gateway.created()
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            for number in 1...100 { try await gateway.deliver(event("evt_\(number)", .paymentIntentReference(id: slow.intent))) }
            let order = try await gateway.order()
            #expect(try await gateway.create(order, provider: "other").status == 201)
            let quick = try #require(try await gateway.transaction(of: order).paymentIntentID)
            gateway.other.show(try #require(gateway.other.intent(quick)).now(.processing))
            let webhook = try ScriptedService.webhook(event("evt_1", .paymentIntentReference(id: quick)), at: gateway.clock.now())
            try await gateway.webhooks.receive(webhook, from: "other", requestID: "req-webhook")

            try await withThrowingTaskGroup { group in
                group.addTask { try await gateway.inbox.run() }
                try await eventually("the other provider's event is applied") {
                    try await gateway.books(of: order).status == .processing
                }
                #expect(try await gateway.waitingWebhooks().count == 100)
                gateway.service.show(try #require(gateway.service.intent(slow.intent)).now(.processing))
                gateway.service.holdRetrievals(at: nil)
                gate.open()
                // Without any time passing: what waited for room is called when there is some.
                try await eventually("all are applied") { try await gateway.waitingWebhooks().isEmpty }
                group.cancelAll()
            }
            #expect(!gateway.log.lines.contains { $0.level >= .error })
        }
    }
}
