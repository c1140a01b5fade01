import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Webhooks", .timeLimit(.minutes(10)))
struct WebhookTests {
    private func webhook(_ request: HTTPRequest, at time: Timestamp) -> WebhookRequest {
        WebhookRequest(headers: request.headers, query: "", body: request.body, receivedAt: time)
    }

    @Test("are posted for each event, in an intent's order, verify, and read as the list of events does")
    func roundTrip() async throws {
        let folder = try TemporaryFolder()
        let clock = ObservedClock.withoutLongWaits()
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, http: gateway, clock: clock)
        let intent = try await mock.create(capture: .manual)
        try await whileRunning(mock) {
            _ = try await decline { try await mock.confirm(intent.id, with: "pm_card_chargeDeclinedExpiredCard", as: "no") }
            let authorised = try await mock.confirm(intent.id)
            let captured = try await mock.capture(authorised, 4000)
            _ = try await mock.refund(captured, 1500)
            try await eventually("six webhooks arrive") { gateway.taken.count == 6 }
        }
        var events: [WebhookEvent] = []
        for request in gateway.taken {
            #expect(request.method == "POST" && request.url == "http://127.0.0.1:8080/api/v1/payments/webhooks/mock")
            let webhook = webhook(request, at: clock.now())
            try await mock.verifyWebhookSignature(webhook)
            events.append(try await mock.parseWebhookEvent(webhook, in: call))
        }
        #expect(
            events.map(\.type) == [
                "payment_intent.payment_failed", "payment_intent.amount_capturable_updated", "payment_intent.succeeded",
                "charge.refunded", "refund.created", "charge.refunded",
            ]
        )
        #expect(Set(events.map(\.id)).count == 6)
        #expect(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call) == events)

        #expect(
            events[0].subject
                == .paymentIntent(
                    try #require(
                        try await decline {
                            try await mock.confirm(intent.id, with: "pm_card_chargeDeclinedExpiredCard", as: "no")
                        }.paymentIntent)))
        #expect(events[2].subject == .paymentIntent(try await mock.retrieve(intent.id)))
        #expect(
            events[4].subject == .refund(try #require(try await mock.listRefunds(ofPaymentIntent: intent.id, in: call).first)))
        #expect(events[5].subject == .refundsOfPaymentIntent(id: intent.id))
    }

    @Test("have Stripe's shape")
    func shape() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, http: gateway)
        let paid = try await mock.pay()
        try await whileRunning(mock) { try await eventually("a webhook arrives") { gateway.taken.count == 1 } }
        let request = try #require(gateway.taken.first)
        let body = try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any])
        #expect(body["object"] as? String == "event" && body["livemode"] as? Bool == false)
        #expect((body["id"] as? String)?.hasPrefix("evt_mock_") == true)
        #expect(body["created"] as? Int == 1_767_834_000)
        let object = try #require((body["data"] as? [String: Any])?["object"] as? [String: Any])
        #expect(object["object"] as? String == "payment_intent" && object["id"] as? String == paid.id)
        #expect(
            object["amount"] as? Int == 5000 && object["currency"] as? String == "usd"
                && object["status"] as? String == "succeeded")
        #expect(object["last_payment_error"] is NSNull && object["next_action"] is NSNull)
        #expect((object["metadata"] as? [String: String])?["gateway_operation_id"] == "pay-create")
    }

    @Test("with a changed body, another secret, an old timestamp or no signature are refused")
    func badSignatures() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let now = Timestamp(unixSeconds: 1_767_834_000)
        let body = Array(#"{"id":"evt_1"}"#.utf8)
        func refusal(_ header: String?, _ body: [UInt8]) async throws -> Rejection.Reason {
            let headers = header.map { [HTTPField("mock-signature", $0)] } ?? []
            let webhook = WebhookRequest(headers: headers, query: "", body: body, receivedAt: now)
            return try await rejection { try await mock.verifyWebhookSignature(webhook) }.reason
        }
        let good = TimestampedSignature.header(body: body, secret: "whsec_test", at: now)
        #expect(try await refusal(good, body + [32]) == .invalidSignature)
        #expect(
            try await refusal(TimestampedSignature.header(body: body, secret: "whsec_other", at: now), body) == .invalidSignature)
        let old = now.advanced(by: .seconds(-301))
        #expect(
            try await refusal(TimestampedSignature.header(body: body, secret: "whsec_test", at: old), body) == .invalidSignature)
        #expect(try await refusal(nil, body) == .invalidSignature)
        try await mock.verifyWebhookSignature(
            WebhookRequest(headers: [HTTPField("Mock-Signature", good)], query: "", body: body, receivedAt: now)
        )
    }

    @Test(
        "that are no event are refused, not guessed",
        arguments: ["", "[]", "{}", #"{"id":"e","type":"t","created":1,"data":{"object":{}}}"#])
    func notAnEvent(body: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let webhook = WebhookRequest(headers: [], query: "", body: Array(body.utf8), receivedAt: Timestamp(unixSeconds: 0))
        #expect(try await rejection { try await mock.parseWebhookEvent(webhook, in: call) }.reason == .invalidRequest)
    }

    @Test("about objects that are none of a payment's are read as such")
    func otherObject() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let body = #"{"id":"evt_1","type":"payout.paid","created":12,"data":{"object":{"object":"payout","id":"po_1"}}}"#
        let webhook = WebhookRequest(headers: [], query: "", body: Array(body.utf8), receivedAt: Timestamp(unixSeconds: 0))
        let event = try await mock.parseWebhookEvent(webhook, in: call)
        #expect(event == WebhookEvent(id: "evt_1", type: "payout.paid", createdAt: Timestamp(unixSeconds: 12), subject: .other))
    }

    @Test("that the gateway did not take are posted again, the same event signed anew")
    func retries() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let gateway = GatewayDouble(refusing: 3)
        let mock = try await makeMock(in: folder, http: gateway, clock: clock)
        _ = try await mock.pay()
        try await whileRunning(mock) { try await eventually("the webhook is taken") { gateway.taken.count == 1 } }
        #expect(gateway.requests.count == 4)
        #expect(Set(gateway.requests.map(\.body)).count == 1)
        #expect(clock.now() >= Timestamp(unixSeconds: 1_767_834_000).advanced(by: .milliseconds(3500)))
        try await mock.verifyWebhookSignature(webhook(try #require(gateway.taken.first), at: clock.now()))
    }

    @Test("are given up after some attempts, which does not hold up the next")
    func givesUp() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble(refusing: 8)
        let log = RecordingLog()
        let mock = try await makeMock(in: folder, http: gateway, log: log)
        let paid = try await mock.pay()
        try await whileRunning(mock) {
            try await eventually("the mock gives up") {
                log.lines.contains { $0.hasPrefix("warning") && $0.contains("gives it up") }
            }
            _ = try await mock.refund(paid, 1)
            try await eventually("the refund's webhooks are taken") { gateway.taken.count == 2 }
        }
        #expect(gateway.requests.count == 10)
        #expect(!log.lines.contains { $0.contains("whsec_test") || $0.contains("_secret_") })
    }

    @Test("that were not taken when the process was killed are posted after the restart, and only those")
    func restart() async throws {
        let folder = try TemporaryFolder()
        let before = GatewayDouble()
        let first = try await makeMock(in: folder, http: before)
        _ = try await first.pay(as: "a")
        try await whileRunning(first) { try await eventually("the first webhook is taken") { before.taken.count == 1 } }
        try await eventually("the delivery is noted") { try folder.text("journal.jsonl.delivered").hasSuffix("\n") }
        let missed = try await first.pay(as: "b")

        let after = GatewayDouble()
        let second = try await makeMock(in: folder, http: after)
        let later = try await second.pay(as: "c")
        try await whileRunning(second) { try await eventually("two webhooks are taken") { after.taken.count == 2 } }
        var subjects: Set<WebhookEvent.Subject> = []
        for request in after.taken {
            subjects.insert(try await second.parseWebhookEvent(webhook(request, at: Timestamp(unixSeconds: 0)), in: call).subject)
        }
        #expect(subjects == [.paymentIntent(missed), .paymentIntent(later)])
    }

    @Test("are not posted when they are turned off, and not later either, but listed")
    func turnedOff() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, settings: ["webhooks": .bool(false)])
        _ = try await mock.pay(as: "a")
        let gateway = GatewayDouble()
        let later = try await makeMock(in: folder, http: gateway)
        let paid = try await later.pay(as: "b")
        try await whileRunning(later) { try await eventually("a webhook is taken") { !gateway.taken.isEmpty } }
        let events = try await later.listEvents(since: Timestamp(unixSeconds: 0), in: call)
        #expect(events.count == 2)
        let posted = try await later.parseWebhookEvent(
            webhook(try #require(gateway.requests.first), at: .init(unixSeconds: 0)), in: call)
        #expect(gateway.requests.count == 1 && posted.subject == .paymentIntent(paid))
    }

    @Test("tell of what happens by itself, without a call")
    func background() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let mock = try await makeMock(in: folder, http: gateway)
        try await whileRunning(mock) {
            _ = try await mock.pay(with: "pm_card_createDispute")
            try await eventually("the dispute's webhook arrives") {
                gateway.taken.contains { String(decoding: $0.body, as: UTF8.self).contains("charge.dispute.created") }
            }
        }
        #expect(try folder.journal().contains { $0["operation"] as? String == "dispute" })
    }

    @Test("Events are listed a hundred at a time: the pages together are the whole list")
    func pages() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let mock = try await makeMock(in: folder, clock: clock)
        for index in 0..<130 {
            let intent = try await mock.create(as: "create-\(index)")
            _ = try await mock.confirm(intent.id, as: "confirm-\(index)")
        }
        let since = Timestamp(unixSeconds: 0)
        let all = try await mock.listEvents(since: since, in: call)
        var pages: [EventPage] = []
        var cursor: String?
        repeat {
            let page = try await mock.listEvents(since: since, after: cursor, in: call)
            pages.append(page)
            cursor = page.nextCursor
        } while cursor != nil && pages.count < 10
        #expect(all.count >= 130 && pages.flatMap(\.events) == all)
        #expect(pages.count > 1 && pages.allSatisfy { (1...100).contains($0.events.count) })
        #expect(pages.allSatisfy { $0.now == clock.now() })
        await #expect(throws: ProviderError.self) {
            _ = try await mock.listEvents(since: since, after: "next", in: call)
        }
    }

    @Test("of the past are listed from a point in time on, after a restart too", arguments: [false, true])
    func list(restarted: Bool) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let first = try await makeMock(in: folder, clock: clock)
        _ = try await first.pay(as: "a")
        clock.advance(by: .seconds(3600))
        let since = clock.now()
        let second = try await first.pay(as: "b")
        let mock = restarted ? try await makeMock(in: folder, clock: clock) : first
        #expect(try await mock.listEvents(since: since, in: call).map(\.subject) == [.paymentIntent(second)])
        #expect(try await mock.listEvents(since: Timestamp(unixSeconds: 0), in: call).count == 2)
        #expect(try await mock.listEvents(since: since.advanced(by: .seconds(1)), in: call).isEmpty)
    }
}
