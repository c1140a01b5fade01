import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Webhooks of a scenario", .timeLimit(.minutes(10)))
struct WebhookTreatmentTests {
    /// The types of the events, in the order of their arrival.
    private func types(_ requests: [HTTPRequest], _ mock: any PaymentService) async throws -> [String] {
        var types: [String] = []
        for request in requests { types.append(try await event(in: request, mock).type) }
        return types
    }

    private func event(in request: HTTPRequest, _ mock: any PaymentService) async throws -> WebhookEvent {
        let webhook = WebhookRequest(headers: [], query: "", body: request.body, receivedAt: Timestamp(unixSeconds: 0))
        return try await mock.parseWebhookEvent(webhook, in: call)
    }

    /// A mock that treats the webhooks of confirms so.
    private func makeMock(
        _ treatment: String, in folder: TemporaryFolder, http: any HTTPTransport, log: any ProviderLog = RecordingLog(),
        clock: any ProviderClock = ManualClock()
    ) async throws -> any PaymentService {
        let json = #"[{"match": {"operation": "confirm"}, "webhooks": \#(treatment)}]"#
        return try await MockProviderTests.makeMock(
            in: folder, settings: try scenarios(json), http: http, log: log, clock: clock)
    }

    @Test("that are dropped are never posted, after a restart neither, and listed")
    func drop() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let first = try await makeMock(#"{"drop": true}"#, in: folder, http: gateway)
        let paid = try await first.pay()
        #expect(try folder.journal().last?["webhooks"] as? Bool == false)
        for mock in [first, try await MockProviderTests.makeMock(in: folder, http: gateway)] {
            let key = gateway.taken.isEmpty ? "1" : "2"
            try await whileRunning(mock) {
                _ = try await mock.refund(paid, 1, as: key)
                try await eventually("the refund's webhooks arrive") { gateway.taken.count == 2 * (Int(key) ?? 0) }
            }
        }
        #expect(try await !types(gateway.requests, first).contains("payment_intent.succeeded"))
        let listed = try await first.listEvents(since: Timestamp(unixSeconds: 0), in: call)
        #expect(listed.first?.type == "payment_intent.succeeded" && listed.count == 5)
    }

    @Test("that are doubled are posted so many times more, the same event each time")
    func duplicate() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble(refusing: 1)
        let mock = try await makeMock(#"{"duplicate": 2}"#, in: folder, http: gateway)
        let paid = try await mock.pay()
        try await whileRunning(mock) {
            _ = try await mock.refund(paid, 1)
            try await eventually("all webhooks arrive") { gateway.taken.count == 5 }
        }
        #expect(
            try await types(gateway.taken, mock)
                == Array(repeating: "payment_intent.succeeded", count: 3) + ["refund.created", "charge.refunded"])
        #expect(Set(gateway.taken.prefix(3).map(\.body)).count == 1)
        // Once they were taken they are not posted again at the next start.
        try await eventually("the last delivery is noted") {
            try folder.text("journal.jsonl.delivered").split(separator: "\n").count == 3
        }
        let after = GatewayDouble()
        let restarted = try await MockProviderTests.makeMock(in: folder, http: after)
        try await whileRunning(restarted) {
            _ = try await restarted.cancel(try await restarted.create(as: "c").id)
            try await eventually("the cancellation's webhook arrives") { !after.taken.isEmpty }
        }
        #expect(try await types(after.requests, mock) == ["payment_intent.canceled"])
    }

    @Test("that are reordered come after the account's next event, which may be another payment's")
    func reorder() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let mock = try await makeMock(#"{"reorder": true}"#, in: folder, http: gateway)
        let (first, second) = (try await mock.create(as: "1"), try await mock.create(as: "2"))
        try await whileRunning(mock) {
            _ = try await mock.confirm(first.id, as: "3")
            _ = try await mock.cancel(second.id)
            try await eventually("two webhooks arrive") { gateway.taken.count == 2 }
        }
        #expect(try await types(gateway.taken, mock) == ["payment_intent.canceled", "payment_intent.succeeded"])
    }

    @Test("that are all reordered change places in pairs, and the last waits, also for a restart")
    func reorderAll() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let json = try scenarios(#"[{"webhooks": {"reorder": true}}]"#)
        let mock = try await MockProviderTests.makeMock(in: folder, settings: json, http: gateway)
        try await whileRunning(mock) {
            let paid = try await mock.pay()
            _ = try await mock.refund(paid, 1)
            try await eventually("two webhooks arrive") { gateway.taken.count == 2 }
        }
        #expect(try await types(gateway.taken, mock) == ["refund.created", "payment_intent.succeeded"])

        try await eventually("the deliveries are noted") {
            try folder.text("journal.jsonl.delivered").split(separator: "\n").count == 2
        }
        let after = GatewayDouble()
        let restarted = try await MockProviderTests.makeMock(in: folder, http: after)
        try await whileRunning(restarted) {
            _ = try await restarted.cancel(try await restarted.create(as: "c").id)
            try await eventually("two webhooks arrive") { after.taken.count == 2 }
        }
        #expect(try await types(after.taken, mock) == ["payment_intent.canceled", "charge.refunded"])
    }

    @Test("that are late hold up no others, not even their own payment's, and are due by the event's time after a restart too")
    func delay() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let waiting = ObservedClock { _ in try await Task.sleep(for: .seconds(86_400)) }
        let mock = try await makeMock(#"{"delay": "2s"}"#, in: folder, http: gateway, clock: waiting)
        try await whileRunning(mock) {
            let paid = try await mock.pay()
            _ = try await mock.refund(paid, 1)
            try await eventually("the refund's webhooks arrive") { gateway.taken.count == 2 }
        }
        #expect(try await types(gateway.taken, mock) == ["refund.created", "charge.refunded"])
        try await eventually("the deliveries are noted") {
            try folder.text("journal.jsonl.delivered").split(separator: "\n").count == 2
        }

        let slept = Tally()
        let after = GatewayDouble()
        let clock = ObservedClock { slept.add($0) }
        let restarted = try await MockProviderTests.makeMock(in: folder, http: after, clock: clock)
        try await whileRunning(restarted) { try await eventually("the late webhook arrives") { after.taken.count == 1 } }
        #expect(try await types(after.taken, mock) == ["payment_intent.succeeded"])
        #expect(slept.all == [.seconds(2)])
    }

    @Test("that are late are not lost when the mock's background work is stopped and started again")
    func delayAndStop() async throws {
        let folder = try TemporaryFolder()
        let gateway = GatewayDouble()
        let slept = Tally()
        let clock = ObservedClock { duration in
            slept.add(duration)
            // The first wait never ends by itself.
            if slept.all.count == 1 { try await Task.sleep(for: .seconds(86_400)) }
        }
        let mock = try await makeMock(#"{"delay": "2s"}"#, in: folder, http: gateway, clock: clock)
        try await whileRunning(mock) {
            _ = try await mock.pay()
            try await eventually("the webhook waits") { slept.all.count == 1 }
        }
        try await whileRunning(mock) { try await eventually("the webhook arrives") { gateway.taken.count == 1 } }
    }

    /// A gateway that refuses what does not verify, as the real one does.
    private final class VerifyingGateway: HTTPTransport {
        let requests = GatewayDouble()
        let status: Int

        init(status: Int) { self.status = status }

        func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
            _ = try await requests.send(request, in: call)
            return HTTPResponse(status: status)
        }
    }

    @Test(
        "that are signed wrongly or long ago are refused, are posted once, and hold up no others",
        arguments: [(#"{"bad_signature": true}"#, "no signature"), (#"{"stale_timestamp": true}"#, "300 seconds")])
    func forged(treatment: String, reason: String) async throws {
        let folder = try TemporaryFolder()
        let gateway = VerifyingGateway(status: 400)
        let clock = ManualClock()
        let log = RecordingLog()
        let mock = try await makeMock(treatment, in: folder, http: gateway, log: log, clock: clock)
        try await whileRunning(mock) {
            _ = try await mock.pay()
            try await eventually("the delivery is over") { try folder.text("journal.jsonl.delivered").hasSuffix("\n") }
        }
        let request = try #require(gateway.requests.requests.first)
        #expect(gateway.requests.requests.count == 1)
        let webhook = WebhookRequest(headers: request.headers, query: "", body: request.body, receivedAt: clock.now())
        let refusal = try await rejection { try await mock.verifyWebhookSignature(webhook) }
        #expect(refusal.reason == .invalidSignature && refusal.message.contains(reason))
        #expect(!log.lines.contains { $0.hasPrefix("error") || $0.hasPrefix("warning") })
        // A stale one was genuine when it was signed.
        let earlier = WebhookRequest(
            headers: request.headers, query: "", body: request.body, receivedAt: clock.now().advanced(by: .seconds(-400)))
        if treatment.contains("stale") { try await mock.verifyWebhookSignature(earlier) }
    }

    @Test("that the gateway takes though they are signed wrongly are an error in the log")
    func forgedAndTaken() async throws {
        let folder = try TemporaryFolder()
        let log = RecordingLog()
        let mock = try await makeMock(#"{"bad_signature": true}"#, in: folder, http: VerifyingGateway(status: 200), log: log)
        try await whileRunning(mock) {
            _ = try await mock.pay()
            try await eventually("the mock says so") { log.lines.contains { $0.hasPrefix("error The gateway took an event") } }
        }
    }

    @Test("are as ever where no scenario treats them, and their line in the journal says nothing")
    func plain() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock("{}", in: folder, http: GatewayDouble())
        _ = try await mock.pay()
        #expect(try folder.journal().allSatisfy { $0["webhooks"] == nil && $0["answer"] == nil })
    }
}
