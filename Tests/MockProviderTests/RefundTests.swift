import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Refunds")
struct RefundTests {
    @Test("in parts add up to the captured amount and no further")
    func parts() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let paid = try await mock.pay(5000)
        let first = try await mock.refund(paid, 2000, reason: "duplicate", as: "r1")
        #expect(first.id.hasPrefix("re_mock_"))
        #expect(first.status == .succeeded && first.amount.minorUnits == 2000 && first.reason == "duplicate")
        #expect(first.operationID == "r1" && first.paymentIntentID == paid.id)

        let tooMuch = try await rejection { try await mock.refund(paid, 3001, as: "r2") }
        #expect(tooMuch.reason == .invalidRequest && tooMuch.field == "amount" && tooMuch.code == "amount_too_large")
        #expect(tooMuch.message.contains("30.01 USD") && tooMuch.message.contains("30.00 USD"))
        let second = try await mock.refund(paid, 3000, as: "r3")
        #expect(try await rejection { try await mock.refund(paid, 1, as: "r4") }.code == "charge_already_refunded")

        #expect(try await mock.listRefunds(ofPaymentIntent: paid.id, in: call) == [first, second])
        #expect(try await mock.retrieveRefund(first.id, in: call) == first)
        #expect(try await mock.findRefund(createdBy: "r3", ofPaymentIntent: paid.id, in: call) == second)
        #expect(try await mock.retrieve(paid.id).status == .succeeded)
    }

    @Test("are only given for what is paid")
    func unpaid() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        let refusal = try await rejection { try await mock.refund(intent, 1) }
        #expect(refusal.reason == .invalidState && refusal.paymentIntent == intent)
    }

    @Test("of nothing, or for a reason nobody knows, are refused")
    func badInput() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let paid = try await mock.pay()
        #expect(try await rejection { try await mock.refund(paid, 0, as: "a") }.field == "amount")
        #expect(try await rejection { try await mock.refund(paid, -1, as: "b") }.field == "amount")
        #expect(try await rejection { try await mock.refund(paid, 1, reason: "whim", as: "c") }.field == "reason")
        #expect(try await mock.listRefunds(ofPaymentIntent: paid.id, in: call).isEmpty)
    }

    @Test("at once, from two mocks on one journal, never exceed what was captured", .timeLimit(.minutes(10)))
    func concurrency() async throws {
        let folder = try TemporaryFolder()
        let mocks = [try await makeMock(in: folder), try await makeMock(in: folder)]
        let paid = try await mocks[0].pay(1000)
        let outcomes = await withTaskGroup { group in
            for index in 0..<60 {
                group.addTask { () -> Int64 in
                    do {
                        return try await mocks[index % 2].refund(paid, 30, as: "r\(index)").amount.minorUnits
                    } catch {
                        return 0
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.reduce(0, +) == 990)
        for mock in mocks {
            let refunds = try await mock.listRefunds(ofPaymentIntent: paid.id, in: call)
            #expect(refunds.count == 33)
            #expect(Set(refunds.map(\.id)).count == 33)
        }
    }
}
