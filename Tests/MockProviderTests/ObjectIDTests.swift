import Foundation
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Ids")
struct ObjectIDTests {
    @Test("are in the order of their making, as Stripe's are")
    func order() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        var intents: [String] = []
        var refunds: [String] = []
        // More than there are digits, so that some numbers have two.
        for number in 1...40 {
            let paid = try await mock.pay(as: "pay-\(number)")
            intents.append(paid.id)
            refunds.append(try await mock.refund(paid, 100, as: "refund-\(number)").id)
        }
        #expect(intents == intents.sorted() && Set(intents).count == 40)
        #expect(refunds == refunds.sorted() && Set(refunds).count == 40)
    }

    @Test("of journals from before, which ended in the number, are found too")
    func earlierJournal() async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock(in: folder)
        let refunded = try await first.refund(try await first.pay(as: "a"), 100, as: "b")
        let today = try folder.text("journal.jsonl")
        let before = today.replacing(#/(pi|re|ch)_mock_0{7}(\w)(\w{13})/#) { "\($0.1)_mock_\($0.3)\($0.2)" }
        try before.write(toFile: "\(folder.path)/journal.jsonl", atomically: true, encoding: .utf8)

        let second = try await makeMock(in: folder)
        let paid = try #require(try await second.findPaymentIntent(createdBy: "a-create", in: call))
        #expect(paid.id != refunded.paymentIntentID && paid.id.count < refunded.paymentIntentID.count)
        #expect(try await second.retrieve(paid.id) == paid)
        let refunds = try await second.listRefunds(ofPaymentIntent: paid.id, in: call)
        #expect(try await second.retrieveRefund(try #require(refunds.first).id, in: call).amount.minorUnits == 100)
        #expect(try await second.refund(paid, 4900, as: "c").status == .succeeded)
        #expect(try await second.create(as: "d").id.hasPrefix("pi_mock_00000002"))
    }
}
