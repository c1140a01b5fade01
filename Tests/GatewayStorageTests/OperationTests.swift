import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Operations")
struct OperationTests {
    @Test(
        "An operation is read as it was written: pending, one attempt counted, fence 1, leased",
        arguments: Operation.Kind.allCases)
    func roundTrip(_ kind: Operation.Kind) async throws {
        try await withStore { store throws in
            let written = try await store.write { writer throws in
                let transaction = try writer.makeTransaction()
                let earlier = try writer.makeOperation(on: transaction, kind)
                #expect(try writer.endOperation(earlier.id, fence: 1, state: .failed, outcome: "no", at: time()))
                return try writer.insertOperation(
                    NewOperation(
                        transactionID: transaction.id, request: earlier.request,
                        idempotency: IdempotencyReference(owner: "42", key: "k"), requestID: "req_7"
                    ),
                    lease: .seconds(3600), at: time(4)
                )
            }
            #expect(written.kind == kind)
            #expect(written.state == .pending)
            #expect(written.attempts == 1)
            #expect(written.fence == 1)
            #expect(!written.mayHaveBeenSent)
            #expect(written.createdAt == time(4))
            #expect(try await store.read { try $0.operation(written.id) } == written)
            #expect(try await store.read { try $0.isLeased(operationID: written.id) })
            #expect(try await store.read { try $0.operationsDue(limit: 10, exceptAt: []) } == [])
        }
    }

    @Test("One create, confirm, capture or cancel is open at a time; refunds may stand beside it")
    func oneOpen() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try writer.makeTransaction()
                let confirm = try writer.makeOperation(on: transaction, .confirm)
                for kind in [Operation.Kind.create, .confirm, .capture, .cancel] {
                    #expect(throws: StoreError.constraint("operations.transaction_id")) {
                        try writer.makeOperation(on: transaction, kind)
                    }
                }
                _ = try writer.makeOperation(on: transaction, .refund)
                _ = try writer.makeOperation(on: transaction, .refund)
                #expect(try writer.openOperation(transactionID: transaction.id) == confirm)
                #expect(try writer.keepOperationOpen(confirm.id, fence: 1, outcome: "timeout", nextCheckAfter: .zero, at: time()))
                #expect(throws: StoreError.self) { try writer.makeOperation(on: transaction, .cancel) }
                #expect(try writer.endOperation(confirm.id, fence: 1, state: .succeeded, outcome: "ok", at: time()))
                #expect(try writer.openOperation(transactionID: transaction.id) == nil)
                _ = try writer.makeOperation(on: transaction, .capture)
            }
        }
    }

    @Test("A running lease can't be taken over; one that ran out can, once, and the fence shuts the earlier holder out")
    func takeOver() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let leased = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(try writer.takeOverOperation(leased.id, fence: 1, lease: .seconds(3600)) == nil)

                let lapsed = try writer.makeOperation(on: try writer.makeTransaction(), lease: .seconds(-1))
                #expect(try !writer.isLeased(operationID: lapsed.id))
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation) == [lapsed])
                let taken = try #require(try writer.takeOverOperation(lapsed.id, fence: 1, lease: .seconds(3600)))
                #expect(taken.fence == 2)
                #expect(taken.attempts == 2)
                #expect(taken.mayHaveBeenSent)
                #expect(taken.state == .pending)
                #expect(try writer.operation(lapsed.id) == taken)
                #expect(try writer.isLeased(operationID: lapsed.id))
                #expect(try writer.operationsDue(limit: 10, exceptAt: []) == [])
                #expect(try writer.takeOverOperation(lapsed.id, fence: 1, lease: .seconds(3600)) == nil)
                #expect(try writer.takeOverOperation(lapsed.id, fence: 2, lease: .seconds(3600)) == nil)

                #expect(try writer.transaction(ofOpenOperation: lapsed.id, fence: 1) == nil, "it is another's by now")
                #expect(try writer.transaction(ofOpenOperation: lapsed.id, fence: 2)?.id == lapsed.transactionID)
                #expect(try !writer.endOperation(lapsed.id, fence: 1, state: .failed, outcome: "late", at: time()))
                #expect(try !writer.keepOperationOpen(lapsed.id, fence: 1, outcome: "late", nextCheckAfter: .zero, at: time()))
                #expect(try writer.endOperation(lapsed.id, fence: 2, state: .succeeded, outcome: "ok", at: time()))
                #expect(try writer.transaction(ofOpenOperation: lapsed.id, fence: 2) == nil, "it has ended")
                #expect(try !writer.endOperation(lapsed.id, fence: 2, state: .failed, outcome: "again", at: time()))
                #expect(try writer.takeOverOperation(lapsed.id, fence: 2, lease: .seconds(3600)) == nil)
                #expect(try writer.operation(lapsed.id)?.state == .succeeded)
            }
        }
    }

    @Test("An operation kept open is unknown, may have been sent, has no lease, and is due when it was said")
    func keepOpen() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let later = try writer.makeOperation(on: try writer.makeTransaction())
                let first = try writer.makeOperation(on: try writer.makeTransaction())
                let second = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(
                    try writer.keepOperationOpen(later.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(3600), at: time()))
                #expect(try writer.keepOperationOpen(second.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(-1), at: time()))
                #expect(try writer.keepOperationOpen(first.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(-9), at: time()))
                let kept = try #require(try writer.operation(first.id))
                #expect(kept.state == .unknown)
                #expect(kept.mayHaveBeenSent)
                #expect(try !writer.isLeased(operationID: first.id))
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation.id) == [first.id, second.id])
                #expect(try writer.operationsDue(limit: 1, exceptAt: []).map(\.operation.id) == [first.id])
                #expect(try writer.takeOverOperation(first.id, fence: 1, lease: .seconds(3600))?.state == .unknown)
            }
        }
    }

    @Test("Voiding leases makes due at once what earlier processes held, and what waits for its time too")
    func voidLeases() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let held = try writer.makeOperation(on: try writer.makeTransaction())
                let waiting = try writer.makeOperation(on: try writer.makeTransaction())
                let ended = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(
                    try writer.keepOperationOpen(waiting.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(3600), at: time()))
                #expect(try writer.endOperation(ended.id, fence: 1, state: .failed, outcome: "no", at: time()))
                try writer.voidLeases()
                #expect(try !writer.isLeased(operationID: held.id))
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation.id).sorted() == [held.id, waiting.id])
                #expect(try writer.takeOverOperation(held.id, fence: 1, lease: .seconds(3600)) != nil)
            }
        }
    }

    @Test("Voiding leases counts a death for what was held, and none for what nobody was at work on")
    func deaths() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let held = try writer.makeOperation(on: try writer.makeTransaction())
                let waiting = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(
                    try writer.keepOperationOpen(waiting.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(3600), at: time()))
                try writer.voidLeases()
                try writer.voidLeases()
                #expect(try writer.operation(held.id)?.deaths == 1)
                #expect(try writer.operation(waiting.id)?.deaths == 0)
            }
        }
    }

    @Test("What is due at providers that are left out is left out, and bringing forward touches one provider's only")
    func providersApart() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let mine = try writer.makeOperation(on: try writer.makeTransaction(provider: "mine"))
                let other = try writer.makeOperation(on: try writer.makeTransaction(provider: "other"))
                for operation in [mine, other] {
                    #expect(
                        try writer.keepOperationOpen(
                            operation.id, fence: 1, outcome: "?", nextCheckAfter: .seconds(3600), at: time()))
                }
                #expect(try writer.oldestOpenOperation(at: "mine")?.id == mine.id)
                try writer.bringForward(provider: "mine", at: time())
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation.id) == [mine.id])
                #expect(try writer.operationsDue(limit: 10, exceptAt: ["mine"]) == [])
                #expect(try writer.operationsDue(limit: 10, exceptAt: ["other"]).map(\.provider) == ["mine"])
            }
        }
    }

    @Test("By hand an operation is ended that is open or in review and that nobody is at work on; its fence grows")
    func byHand() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let held = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(try !writer.endOperationByHand(held.id, state: .failed, at: time()))
                let lapsed = try writer.makeOperation(on: try writer.makeTransaction(), lease: .seconds(-1))
                #expect(try writer.endOperationByHand(lapsed.id, state: .failed, at: time()))
                #expect(try writer.operation(lapsed.id)?.fence == 2)
                #expect(try !writer.endOperationByHand(lapsed.id, state: .succeeded, at: time()), "it has ended")
                let review = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(try writer.endOperation(review.id, fence: 1, state: .manualReview, outcome: "?", at: time()))
                #expect(try writer.operations(OperationQuery(.unsettled, limit: 10)).map(\.operation.id) == [review.id, held.id])
                #expect(try writer.workload().operationsInReview == 1)
                #expect(try writer.endOperationByHand(review.id, state: .succeeded, at: time()))
                #expect(
                    try writer.workload()
                        == Workload(
                            openOperations: 1, oldestOpenOperation: time(), operationsInReview: 0, transactionsInReview: 0,
                            pendingWebhooks: 0))
            }
        }
    }

    @Test("A state that is no end can't end an operation", arguments: Operation.State.allCases.filter(\.isOpen))
    func noEnd(_ state: Operation.State) async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let operation = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(throws: StoreError.self) {
                    try writer.endOperation(operation.id, fence: 1, state: state, outcome: "", at: time())
                }
            }
        }
    }

    @Test("A deleted operation is in no answer, can't be taken, ended or kept, and blocks no other")
    func softDelete() async throws {
        try await withStore { store throws in
            let operation = try await store.write { try $0.makeOperation(on: try $0.makeTransaction(), lease: .seconds(-1)) }
            try await store.sql("UPDATE operations SET deleted_at = 1")
            try await store.write { writer throws in
                #expect(try writer.operation(operation.id) == nil)
                #expect(try writer.openOperation(transactionID: operation.transactionID) == nil)
                #expect(try writer.operationsDue(limit: 10, exceptAt: []) == [])
                #expect(try writer.takeOverOperation(operation.id, fence: 1, lease: .seconds(3600)) == nil)
                #expect(try !writer.endOperation(operation.id, fence: 1, state: .failed, outcome: "", at: time()))
                #expect(try !writer.keepOperationOpen(operation.id, fence: 1, outcome: "", nextCheckAfter: .zero, at: time()))
                let transaction = try #require(try writer.transaction(operation.transactionID))
                _ = try writer.makeOperation(on: transaction, .cancel)
            }
        }
    }
}
