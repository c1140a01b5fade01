import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Disputes")
struct DisputeTests {
    @Test("Every field of a dispute is read as it was written, and changed as it is written again")
    func roundTrip() async throws {
        try await withStore { store throws in
            let written = try await store.write { writer throws in
                let transaction = try writer.makeTransaction(intent: "pi_1", status: .succeeded, captured: 10_000)
                _ = try writer.makeDispute(of: try writer.makeTransaction(intent: "pi_2"), id: "dp_1")
                let first = try writer.makeDispute(of: transaction, id: "dp_1")
                let second = try writer.makeDispute(of: transaction, id: "dp_2", amount: 0)
                #expect(try writer.disputes(transactionID: transaction.id) == [first, second])
                return first
            }
            #expect(written.id == 2)
            var changed = written
            changed.dispute = Dispute(
                id: "dp_1", paymentIntentID: "pi_1", amount: try money(700, "EUR"), status: "lost", reason: "general")
            changed.changedAt = time(10)
            changed.updatedAt = time(11)
            let update = changed
            #expect(try await store.write { try $0.writeDispute(update) } == update)
            #expect(try await store.read { try $0.disputes(transactionID: 1) }.first == update)
        }
    }

    @Test("A dispute is a row once for each payment, and a deleted one is in no answer and can't be changed")
    func once() async throws {
        try await withStore { store throws in
            let dispute = try await store.write { writer throws in
                let transaction = try writer.makeTransaction(intent: "pi_1", status: .succeeded, captured: 10_000)
                let dispute = try writer.makeDispute(of: transaction)
                #expect(throws: StoreError.constraint("disputes.transaction_id, disputes.provider_dispute_id")) {
                    try writer.makeDispute(of: transaction)
                }
                return dispute
            }
            try await store.sql("UPDATE disputes SET deleted_at = 1")
            try await store.write { writer throws in
                #expect(try writer.disputes(transactionID: dispute.transactionID) == [])
                #expect(throws: StoreError.constraint("disputes: no such row")) { try writer.writeDispute(dispute) }
            }
        }
    }
}
