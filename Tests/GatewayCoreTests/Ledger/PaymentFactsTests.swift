import Foundation
import GatewayLifecycle
import LifecycleExplorer
import ProviderAPI
import Testing

@testable import GatewayCore

/// The books are rows, and the state machine decides over ``PaymentState``: whatever it can become must survive the way there and back.
@Suite("A payment's facts are the same when they are read back from its row")
struct PaymentFactsTests {
    @Test("Every state that the explorer's worlds reach is read back as it was written", arguments: Profile.every.map(\.name))
    func everyState(_ name: String) throws {
        let profile = try #require(Profile.named(name))
        for traits in profile.traits {
            for seed in UInt64(1)...150 {
                var walk = RandomWalk(profile, traits: traits, seed: seed)
                var rows: [Int64: Rows] = [:]
                for _ in 0..<40 {
                    guard let move = walk.step() else { break }
                    for payment in walk.world.payments {
                        var own = rows[payment.id] ?? Rows(payment)
                        try own.write(payment)
                        rows[payment.id] = own
                        try #require(try own.read() == payment.withoutRows, "after \(move): \(own.payment)")
                        let summary = own.payment.summary
                        #expect(summary.holdsMoney == payment.holdsMoney && summary.keepsMoney == payment.keepsMoney)
                        #expect(summary.mayStillBePaid == payment.mayStillBePaid && summary.wasCanceled == payment.wasCanceled)
                        #expect(summary.discrepancy == payment.discrepancy)
                        #expect(!payment.mayStillBePaid || summary.status == payment.status)
                    }
                }
            }
        }
    }

    /// The rows of a payment.
    private struct Rows {
        var payment: PaymentTransaction
        var refunds: [RefundRecord] = []

        init(_ state: PaymentState) {
            let now = Timestamp(unixMilliseconds: 0)
            payment = PaymentTransaction(
                id: state.id, orderID: 1, userID: Subject("42"), provider: "acme", amount: usd(state.amount),
                captureMethod: state.isManualCapture ? .manual : .automatic, status: .processing, metadata: [:], createdAt: now,
                updatedAt: now)
        }

        mutating func write(_ state: PaymentState) throws {
            payment.take(state)
            payment.review = state.discrepancy.map { PaymentReview($0, detail: "", openedAt: payment.createdAt) }
            payment.facts = try payment.facts.map {
                try JSONDecoder().decode(PaymentFacts.self, from: JSONEncoder().encode($0))
            }
            refunds = state.refunds.map { facts in
                var record = RefundRecord(
                    id: facts.id, transactionID: state.id, operationID: facts.operation, providerRefundID: nil,
                    amount: usd(facts.amount), status: .pending, reason: nil, metadata: [:], createdAt: payment.createdAt,
                    updatedAt: payment.createdAt)
                record.take(facts)
                return record
            }
        }

        func read() throws -> PaymentState {
            var state = payment.state
            state.version = 0
            state.refunds = refunds.map(RefundFacts.init)
            return state
        }
    }
}

extension PaymentState {
    /// The payment without what has rows of its own, and the moment's facts.
    fileprivate var withoutRows: PaymentState {
        var state = self
        state.operations = []
        // A declared success says nothing more once the provider has shown the refund.
        for index in state.refunds.indices where state.refunds[index].shown != nil && state.refunds[index].decision == .succeeded
        {
            state.refunds[index].decision = nil
        }
        state.disputes = []
        state.siblings = .none
        state.version = 0
        return state
    }
}
