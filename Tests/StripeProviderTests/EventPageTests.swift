import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A page of Stripe's events")
struct EventPageTests {
    private let since = Timestamp(unixSeconds: 1_767_834_000)

    private func event(_ id: String) -> String {
        JSON.event("payment_intent.succeeded", JSON.paymentIntent(status: "succeeded")).replacing("evt_1", with: id)
    }

    private func page(_ events: [String], hasMore: Bool) -> ScriptedTransport.Step {
        .stripe(
            #"{"object": "list", "data": [\#(events.map(event).joined(separator: ","))], "has_more": \#(hasMore)}"#,
            headers: [HTTPField("Date", "Thu, 08 Jan 2026 01:00:03 GMT")])
    }

    @Test("is one request, oldest first, with the place of the next one and Stripe's clock")
    func pages() async throws {
        let stripe = try await ScriptedStripe([page(["evt_9", "evt_8"], hasMore: true), page(["evt_7"], hasMore: false)])
        let first = try await stripe.service.listEvents(since: since, after: nil, in: .testing())
        #expect(first.events.map(\.id) == ["evt_8", "evt_9"])
        #expect(first.nextCursor == "evt_8" && first.now == Timestamp(unixSeconds: 1_767_834_003))
        #expect(stripe.requests.count == 1)
        let last = try await stripe.service.listEvents(since: since, after: first.nextCursor, in: .testing())
        #expect(last.events.map(\.id) == ["evt_7"] && last.nextCursor == nil)
        let urls = stripe.requests.map(\.url)
        #expect(urls.allSatisfy { $0.contains("created%5Bgte%5D=1767834000") && $0.contains("limit=100") }, "\(urls)")
        #expect(urls.map { $0.contains("starting_after=evt_8") } == [false, true])
    }

    @Test("that is empty though more should follow is no page")
    func empty() async throws {
        let stripe = try await ScriptedStripe([page([], hasMore: true)])
        let since = since
        #expect(try await stripe.failure { try await $0.listEvents(since: since, after: nil, in: .testing()) }.unknown != nil)
    }

    @Test("behind an event that Stripe no longer has is refused")
    func unknownCursor() async throws {
        let error = JSON.error(#""type": "invalid_request_error", "message": "No such event: evt_0""#)
        let stripe = try await ScriptedStripe([.stripe(error, status: 400)])
        let since = since
        let failure = try await stripe.failure { try await $0.listEvents(since: since, after: "evt_0", in: .testing()) }
        #expect(failure.rejection?.reason == .invalidRequest)
    }
}
