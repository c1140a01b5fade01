import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Refunds")
struct RefundTests {
    @Test("A refund is found by its transaction, its operation and the provider's id")
    func lookUp() async throws {
        try await withStore { store throws in
            let amount = try money(250)
            let refund = try await store.write { writer throws in
                let transaction = try writer.makeTransaction(status: .succeeded, captured: 1_000)
                let operation = try writer.makeOperation(on: transaction, .refund)
                _ = try writer.makeRefund(of: transaction, providerID: "re_other")
                return try writer.insertRefund(
                    RefundRecord(
                        id: 0, transactionID: transaction.id, operationID: operation.id, providerRefundID: nil, amount: amount,
                        status: .pending, reason: "duplicate", metadata: ["a": "b"], createdAt: time(1), updatedAt: time(2)
                    )
                )
            }
            #expect(refund.id == 2)
            var settled = refund
            settled.providerRefundID = "re_1"
            settled.status = .succeeded
            settled.decision = .notExecuted
            settled.providerAmount = 200
            settled.updatedAt = time(8)
            let update = settled
            try await store.write { try $0.updateRefund(update) }
            try await store.read { reader throws in
                #expect(try reader.refunds(transactionID: 1).map(\.id) == [1, 2])
                #expect(try reader.refund(operationID: 1) == update)
                #expect(try reader.refund(operationID: 2) == nil)
            }
        }
    }

    @Test("A deleted refund is in no answer and can't be changed")
    func softDelete() async throws {
        try await withStore { store throws in
            let refund = try await store.write { writer throws in
                let transaction = try writer.makeTransaction(status: .succeeded, captured: 1_000)
                let operation = try writer.makeOperation(on: transaction, .refund)
                return try writer.makeRefund(of: transaction, operation: operation.id, providerID: "re_1")
            }
            try await store.sql("UPDATE refunds SET deleted_at = 1")
            try await store.write { writer throws in
                #expect(try writer.refunds(transactionID: refund.transactionID) == [])
                #expect(try writer.refund(operationID: 1) == nil)
                #expect(throws: StoreError.constraint("refunds: no such row")) { try writer.updateRefund(refund) }
            }
        }
    }

    @Test("Refunds on their way are found by provider and time; those that are unknown, done or deleted are not")
    func pending() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let payment = try writer.makeTransaction(intent: "pi_1", status: .succeeded, captured: 10_000)
                let other = try writer.makeTransaction(provider: "other", intent: "pi_2", status: .succeeded, captured: 10_000)
                _ = try writer.makeRefund(of: payment)
                _ = try writer.makeRefund(of: payment, providerID: "re_2")
                _ = try writer.makeRefund(of: other, providerID: "re_3")
                var done = try writer.makeRefund(of: payment, providerID: "re_4")
                done.status = .succeeded
                try writer.updateRefund(done)
                let withdrawn = try writer.makeRefund(of: payment, providerID: "re_5")
                try writer.withdrawRefund(withdrawn.id, at: time())
            }
            func pending(_ provider: String, from: Int64, to: Int64) async throws -> [String?] {
                try await store.read {
                    try $0.pendingRefunds(at: provider, createdFrom: time(from), createdTo: time(to), limit: 10)
                }.map(\.providerRefundID)
            }
            #expect(try await pending("mock", from: 0, to: 1) == ["re_2"])
            #expect(try await pending("other", from: 0, to: 1) == ["re_3"])
            #expect(try await pending("mock", from: 1, to: 2) == [])
            #expect(try await pending("mock", from: -1, to: 0) == [])
        }
    }
}
