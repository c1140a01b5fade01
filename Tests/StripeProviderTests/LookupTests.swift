import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Lists and look-ups")
struct LookupTests {
    @Test("Refunds are read page by page, from where the last page ended")
    func refundPages() async throws {
        let stripe = try await ScriptedStripe([
            .stripe(JSON.list([JSON.refund(id: "re_3"), JSON.refund(id: "re_2")], hasMore: true)),
            .stripe(JSON.list([JSON.refund(id: "re_1", operation: "9")])),
        ])
        let refunds = try await stripe.service.listRefunds(ofPaymentIntent: "pi_1", in: .testing())
        #expect(refunds.map(\.id) == ["re_3", "re_2", "re_1"])
        #expect(
            stripe.requests.map(\.query) == [
                ["payment_intent=pi_1", "limit=100"], ["payment_intent=pi_1", "limit=100", "starting_after=re_2"],
            ])
    }

    @Test("A refund is found by the operation that created it")
    func refundByOperation() async throws {
        let page = JSON.list([JSON.refund(id: "re_2"), JSON.refund(id: "re_1", operation: "9")])
        let stripe = try await ScriptedStripe([.stripe(page), .stripe(page)])
        #expect(try await stripe.service.findRefund(createdBy: "9", ofPaymentIntent: "pi_1", in: .testing())?.id == "re_1")
        #expect(try await stripe.service.findRefund(createdBy: "8", ofPaymentIntent: "pi_1", in: .testing()) == nil)
    }

    @Test("An empty page that more should follow ends the reading")
    func endlessList() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.list([], hasMore: true))])
        #expect(try await stripe.failure { try await $0.listRefunds(ofPaymentIntent: "pi_1", in: .testing()) }.unknown != nil)
    }

    @Test("A refund of another payment in the list is not believed")
    func foreignRefund() async throws {
        let stripe = try await ScriptedStripe([.stripe(JSON.list([JSON.refund(paymentIntent: "\"pi_2\"")]))])
        #expect(try await stripe.failure { try await $0.listRefunds(ofPaymentIntent: "pi_1", in: .testing()) }.unknown != nil)
    }

    @Test("A recent intent is found in the list, without a search")
    func recentIntent() async throws {
        let stripe = try await ScriptedStripe([
            .stripe(
                JSON.list([JSON.paymentIntent(id: "pi_2", operation: "2"), JSON.paymentIntent(operation: "9")], hasMore: true))
        ])
        #expect(try await stripe.service.findPaymentIntent(createdBy: "9", in: .testing())?.id == "pi_1")
        #expect(stripe.requests.map(\.query) == [["expand[]=data.latest_charge", "limit=100"]])
    }

    @Test("An older intent is found by search, and then asked for as it is now")
    func searchedIntent() async throws {
        let page = JSON.list([JSON.paymentIntent(id: "pi_2", operation: "2")], hasMore: true)
        let stripe = try await ScriptedStripe([
            .stripe(page), .stripe(page), .stripe(page),
            .stripe(JSON.list([JSON.paymentIntent(operation: "it's 9")])),
            .stripe(JSON.paymentIntent(received: 9999, status: "succeeded", operation: "it's 9")),
        ])
        let found = try await stripe.service.findPaymentIntent(createdBy: "it's 9", in: .testing())
        #expect(found?.status == .succeeded)
        #expect(stripe.requests.count == 5)
        #expect(stripe.requests[3].address == "https://api.stripe.com/v1/payment_intents/search")
        #expect(stripe.requests[3].query == [#"query=metadata['gateway_operation_id']:'it\'s 9'"#])
    }

    @Test("A search that fails, finds nothing or finds another proves nothing")
    func nothingFound() async throws {
        for answer: ScriptedTransport.Step in [
            .stripe(JSON.list([])), .stripe(JSON.list([JSON.paymentIntent(operation: "2")])),
            .final(JSON.error(#""type": "invalid_request_error""#), status: 400), .final("", status: 500),
        ] {
            let stripe = try await ScriptedStripe([.stripe(JSON.list([])), answer])
            #expect(try await stripe.service.findPaymentIntent(createdBy: "9", in: .testing()) == nil)
        }
    }

    @Test(
        "Missed events come oldest first, of the types the gateway acts on, and one that cannot be read does not hide the others")
    func events() async throws {
        let stripe = try await ScriptedStripe([
            .stripe(
                JSON.list(
                    [
                        JSON.event("charge.refunded", JSON.charge(), id: "evt_3"),
                        JSON.event("payment_intent.succeeded", #"{"id": "pi_9", "object": "payment_intent"}"#, id: "evt_2"),
                    ], hasMore: true)),
            .stripe(JSON.list([JSON.event("refund.created", JSON.refund(), id: "evt_1")])),
        ])
        let events = try await stripe.service.listEvents(since: Timestamp(unixSeconds: 1_767_834_000), in: .testing())
        #expect(events.map(\.id) == ["evt_1", "evt_2", "evt_3"])
        #expect(events[1].subject == .paymentIntentReference(id: "pi_9"))
        #expect(events[2].subject == .refundsOfPaymentIntent(id: "pi_1"))
        let query = try #require(stripe.requests.first).query
        #expect(query.first == "created[gte]=1767834000")
        #expect(query.contains("types[]=payment_intent.succeeded"))
        #expect(query.filter { $0.hasPrefix("types[]=") }.count <= 20)
    }
}
