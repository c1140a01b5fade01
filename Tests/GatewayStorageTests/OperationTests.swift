import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Operations")
struct OperationTests {
    private func isLeased(_ operation: Operation, _ reader: any StoreReader) throws -> Bool? {
        try reader.openOperations(transactionID: operation.transactionID).first { $0.id == operation.id }?.isLeased
    }

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
            #expect(
                try await store.read { try $0.openOperations(transactionID: written.transactionID).map(\.isLeased) } == [true])
            #expect(try await store.read { try $0.operationsDue(limit: 10, exceptAt: []) } == [])
        }
    }

    @Test("One create, confirm or capture is open at a time, and one cancel; refunds may stand beside them")
    func oneOpen() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try writer.makeTransaction()
                let confirm = try writer.makeOperation(on: transaction, .confirm)
                let cancel = try writer.makeOperation(on: transaction, .cancel)
                for isUnknown in [false, true] {
                    for kind in Operation.Kind.allCases where kind != .refund {
                        #expect(throws: StoreError.constraint("operations.transaction_id")) {
                            try writer.makeOperation(on: transaction, kind)
                        }
                    }
                    guard !isUnknown else { break }
                    for operation in [confirm, cancel] {
                        #expect(
                            try writer.keepOperationOpen(
                                operation.id, fence: 1, outcome: "timeout", standing: nil, nextCheckAfter: .zero, at: time()))
                    }
                }
                let refunds = try (0..<2).map { _ in try writer.makeOperation(on: transaction, .refund) }
                #expect(
                    try writer.openOperations(transactionID: transaction.id).map(\.id)
                        == [confirm.id, cancel.id] + refunds.map(\.id))
                #expect(try writer.endOperation(cancel.id, fence: 1, state: .failed, outcome: "no", at: time()))
                #expect(throws: StoreError.self) { try writer.makeOperation(on: transaction, .capture) }
                _ = try writer.makeOperation(on: transaction, .cancel)
                #expect(try writer.endOperation(confirm.id, fence: 1, state: .succeeded, outcome: "ok", at: time()))
                #expect(throws: StoreError.self) { try writer.makeOperation(on: transaction, .cancel) }
                _ = try writer.makeOperation(on: transaction, .capture)
            }
        }
    }

    @Test("Open operations show what the state machine asks of them, and those that have ended are not among them")
    func openOperations() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try writer.makeTransaction()
                let ended = try writer.makeOperation(on: transaction, .create)
                #expect(try writer.endOperation(ended.id, fence: 1, state: .succeeded, outcome: "", at: time()))
                let capture = try writer.makeOperation(on: transaction, .capture, lease: .seconds(-1))
                let cancel = try writer.makeOperation(on: transaction, .cancel, lease: nil)
                let refund = try writer.makeOperation(on: transaction, .refund)
                _ = try writer.makeOperation(on: try writer.makeTransaction())
                var expected = [
                    OpenOperation(id: capture.id, kind: .capture, amount: 10_000), OpenOperation(id: cancel.id, kind: .cancel),
                    OpenOperation(id: refund.id, kind: .refund, amount: 10_000),
                ]
                expected[2].isLeased = true
                #expect(try writer.openOperations(transactionID: transaction.id) == expected)
                expected[0].tracelessLooks = 2
                expected[0].isOverdue = true
                expected[0].isUnknown = true
                expected[0].mayHaveBeenSent = true
                #expect(
                    try writer.keepOperationOpen(
                        capture.id, fence: 1, outcome: "?", standing: expected[0], nextCheckAfter: .zero, at: time()))
                #expect(try writer.openOperations(transactionID: transaction.id) == expected)
                #expect(
                    try writer.keepOperationOpen(
                        capture.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .zero, at: time()))
                #expect(
                    try writer.openOperations(transactionID: transaction.id) == expected, "without a standing it stays as it is")
                let row = try #require(try writer.operation(capture.id))
                #expect(row.isOverdue && row.tracelessLooks == 2)
                #expect(try writer.workload().overdueOperations == 1)
                #expect(try writer.workload().openOperations == 4)
            }
        }
    }

    @Test("An operation without a lease is due at once and has not been sent when it is taken over")
    func withoutLease() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let planned = try writer.makeOperation(on: try writer.makeTransaction(), .cancel, lease: nil)
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation) == [planned])
                let taken = try #require(try writer.takeOverOperation(planned.id, fence: 1, lease: .seconds(-1)))
                #expect(!taken.mayHaveBeenSent && taken.fence == 2)
                #expect(try writer.takeOverOperation(planned.id, fence: 2, lease: .seconds(1))?.mayHaveBeenSent == true)
            }
        }
    }

    @Test("Voiding leases leaves what was never called as not sent, and takes what was held for sent")
    func voidedLeases() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let planned = try writer.makeOperation(on: try writer.makeTransaction(), lease: nil)
                let held = try writer.makeOperation(on: try writer.makeTransaction())
                for _ in 0..<2 { try writer.voidLeases() }
                #expect(try writer.operation(planned.id)?.mayHaveBeenSent == false)
                #expect(try writer.operation(held.id)?.mayHaveBeenSent == true)
                #expect(try writer.takeOverOperation(planned.id, fence: 1, lease: .seconds(1))?.mayHaveBeenSent == false)
                #expect(try writer.takeOverOperation(held.id, fence: 1, lease: .seconds(1))?.mayHaveBeenSent == true)
            }
        }
    }

    @Test("A repeated call is noted with its time, by the holder of the fence only")
    func noteCall() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let operation = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(operation.lastCallAt == nil)
                var standing = OpenOperation(id: operation.id, kind: operation.kind)
                standing.tracelessLooks = 1
                var late = operation
                late.fence = 2
                #expect(try !writer.noteCall(late, standing: standing, at: time(5)))
                #expect(try writer.operation(operation.id) == operation)
                #expect(try writer.noteCall(operation, standing: standing, at: time(5)))
                let noted = try #require(try writer.operation(operation.id))
                #expect(noted.lastCallAt == time(5) && noted.tracelessLooks == 1)
                #expect(try writer.endOperation(operation.id, fence: 1, state: .failed, outcome: "", at: time()))
                #expect(try !writer.noteCall(operation, standing: standing, at: time(6)))
            }
        }
    }

    @Test("The first call of recovery stores its request, and a later one never changes it")
    func noteRequest() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let stored = try writer.makeOperation(on: try writer.makeTransaction())
                let standing = OpenOperation(id: stored.id, kind: stored.kind)
                var call = stored
                var filled = ConfirmPaymentRequest(paymentIntentID: "pi_1")
                filled.returnURL = "https://shop.example/from-the-settings"
                call.request = .confirm(filled)
                #expect(try writer.noteCall(call, standing: standing, at: time(5)))
                #expect(try writer.operation(stored.id)?.request == call.request)
                #expect(
                    try writer.keepOperationOpen(
                        stored.id, fence: 1, outcome: "unknown", standing: nil, nextCheckAfter: .zero, at: time(6)))
                let again = try #require(try writer.takeOverOperation(stored.id, fence: 1, lease: .seconds(1)))
                var other = again
                other.request = stored.request
                #expect(try writer.noteCall(other, standing: standing, at: time(7)))
                #expect(try writer.operation(stored.id)?.request == call.request)
            }
        }
    }

    @Test("An operation that was never sent stays pending where the provider could not be asked about it")
    func keepUnsent() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let planned = try writer.makeOperation(on: try writer.makeTransaction())
                let standing = OpenOperation(id: planned.id, kind: planned.kind)
                #expect(
                    try writer.keepOperationOpen(
                        planned.id, fence: 1, outcome: "unknown", standing: standing, nextCheckAfter: .zero, at: time(6)))
                let kept = try #require(try writer.operation(planned.id))
                #expect(kept.state == .pending && !kept.mayHaveBeenSent)
                #expect(try writer.takeOverOperation(planned.id, fence: 1, lease: .seconds(1))?.mayHaveBeenSent == false)
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
                #expect(try isLeased(lapsed, writer) == false)
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation) == [lapsed])
                let taken = try #require(try writer.takeOverOperation(lapsed.id, fence: 1, lease: .seconds(3600)))
                #expect(taken.fence == 2)
                #expect(taken.attempts == 2)
                #expect(taken.mayHaveBeenSent)
                #expect(taken.state == .pending)
                #expect(try writer.operation(lapsed.id) == taken)
                #expect(try isLeased(lapsed, writer) == true)
                #expect(try writer.operationsDue(limit: 10, exceptAt: []) == [])
                #expect(try writer.takeOverOperation(lapsed.id, fence: 1, lease: .seconds(3600)) == nil)
                #expect(try writer.takeOverOperation(lapsed.id, fence: 2, lease: .seconds(3600)) == nil)

                #expect(try writer.surroundings(ofOpenOperation: lapsed.id, fence: 1) == nil, "it is another's by now")
                #expect(try writer.surroundings(ofOpenOperation: lapsed.id, fence: 2)?.version == 1)
                #expect(try !writer.endOperation(lapsed.id, fence: 1, state: .failed, outcome: "late", at: time()))
                #expect(
                    try !writer.keepOperationOpen(
                        lapsed.id, fence: 1, outcome: "late", standing: nil, nextCheckAfter: .zero, at: time()))
                #expect(try writer.endOperation(lapsed.id, fence: 2, state: .succeeded, outcome: "ok", at: time()))
                #expect(try writer.surroundings(ofOpenOperation: lapsed.id, fence: 2) == nil, "it has ended")
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
                    try writer.keepOperationOpen(
                        later.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(3600), at: time()))
                #expect(
                    try writer.keepOperationOpen(
                        second.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(-1), at: time()))
                #expect(
                    try writer.keepOperationOpen(
                        first.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(-9), at: time()))
                let kept = try #require(try writer.operation(first.id))
                #expect(kept.state == .unknown)
                #expect(kept.mayHaveBeenSent)
                #expect(try isLeased(first, writer) == false)
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
                    try writer.keepOperationOpen(
                        waiting.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(3600), at: time()))
                #expect(try writer.endOperation(ended.id, fence: 1, state: .failed, outcome: "no", at: time()))
                try writer.voidLeases()
                #expect(try isLeased(held, writer) == false)
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
                    try writer.keepOperationOpen(
                        waiting.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(3600), at: time()))
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
                            operation.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(3600), at: time()))
                }
                #expect(try writer.oldestOpenOperation(at: "mine")?.id == mine.id)
                try writer.bringForward(provider: "mine", at: time())
                #expect(try writer.operationsDue(limit: 10, exceptAt: []).map(\.operation.id) == [mine.id])
                #expect(try writer.operationsDue(limit: 10, exceptAt: ["mine"]) == [])
                #expect(try writer.operationsDue(limit: 10, exceptAt: ["other"]).map(\.provider) == ["mine"])
            }
        }
    }

    @Test("An operation is ended from elsewhere where it is open and no task works on it; its fence grows")
    func unleased() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let held = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(try !writer.endUnleasedOperation(held.id, state: .failed, outcome: "resolved", at: time()))
                let lapsed = try writer.makeOperation(on: try writer.makeTransaction(), lease: .seconds(-1))
                #expect(try writer.endUnleasedOperation(lapsed.id, state: .failed, outcome: "resolved", at: time()))
                #expect(try writer.operation(lapsed.id)?.fence == 2)
                #expect(try writer.operation(lapsed.id)?.state == .failed)
                #expect(
                    try !writer.endUnleasedOperation(lapsed.id, state: .succeeded, outcome: "resolved", at: time()),
                    "it has ended")
                let kept = try writer.makeOperation(on: try writer.makeTransaction())
                #expect(
                    try writer.keepOperationOpen(
                        kept.id, fence: 1, outcome: "?", standing: nil, nextCheckAfter: .seconds(3600), at: time()))
                #expect(try writer.operations(OperationQuery(.unsettled, limit: 10)).map(\.operation.id) == [kept.id, held.id])
                #expect(try writer.endUnleasedOperation(kept.id, state: .succeeded, outcome: "superseded", at: time()))
                let standings = try writer.operations(OperationQuery(.all, limit: 10))
                #expect(standings.map(\.outcome) == ["superseded", "resolved", nil])
                #expect(
                    try writer.workload()
                        == Workload(
                            openOperations: 1, oldestOpenOperation: time(), overdueOperations: 0, pendingWebhooks: 0,
                            openDiscrepancies: [:]))
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
                #expect(throws: StoreError.self) {
                    try writer.endUnleasedOperation(operation.id, state: state, outcome: "", at: time())
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
                #expect(try writer.openOperations(transactionID: operation.transactionID) == [])
                #expect(try writer.operationsDue(limit: 10, exceptAt: []) == [])
                #expect(try writer.takeOverOperation(operation.id, fence: 1, lease: .seconds(3600)) == nil)
                #expect(try !writer.endOperation(operation.id, fence: 1, state: .failed, outcome: "", at: time()))
                #expect(
                    try !writer.keepOperationOpen(
                        operation.id, fence: 1, outcome: "", standing: nil, nextCheckAfter: .zero, at: time()))
                let transaction = try #require(try writer.transaction(operation.transactionID))
                _ = try writer.makeOperation(on: transaction, .cancel)
            }
        }
    }

    @Test("An open operation knows its payment's version, and whether there are other payments of the order and other operations")
    func surroundings() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let order = try writer.makeOrder()
                let payment = try writer.makeTransaction(of: order, intent: "pi_1")
                let confirm = try writer.makeOperation(on: payment)
                func beside(_ operation: GatewayCore.Operation) throws -> OperationSurroundings? {
                    try writer.surroundings(ofOpenOperation: operation.id, fence: operation.fence)
                }
                func expected(_ version: Int64, transactions: Bool = false, operations: Bool = false) -> OperationSurroundings {
                    OperationSurroundings(
                        version: version, hasOtherTransactions: transactions, hasOtherOperations: operations)
                }
                #expect(try beside(confirm) == expected(1))

                let cancel = try writer.makeOperation(on: payment, .cancel)
                #expect(try beside(confirm) == expected(1, operations: true))
                _ = try writer.endOperation(cancel.id, fence: 1, state: .failed, outcome: "rejected", at: time())
                #expect(try beside(confirm) == expected(1))

                var closed = payment
                (closed.status, closed.closedReason) = (.canceled, "canceled")
                try writer.updateTransaction(&closed, from: payment)
                _ = try writer.makeTransaction(of: order, intent: "pi_2")
                #expect(try beside(confirm) == expected(2, transactions: true))
                // Operations of other payments do not count.
                _ = try writer.makeOperation(on: try writer.makeTransaction(intent: "pi_3"))
                #expect(try beside(confirm) == expected(2, transactions: true))
            }
        }
    }

    @Test("What an operation says of itself during its first call is what its row says", arguments: OperationKind.allCases)
    func firstCall(_ kind: OperationKind) async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let payment = try writer.makeTransaction(intent: "pi_1")
                let operation = try writer.makeOperation(on: payment, kind)
                let own = try #require(operation.duringFirstCall)
                #expect(try writer.openOperations(transactionID: payment.id) == [own])

                let taken = try writer.makeOperation(on: try writer.makeTransaction(intent: "pi_2"), kind, lease: .zero)
                let again = try #require(try writer.takeOverOperation(taken.id, fence: 1, lease: .seconds(3600)))
                #expect(again.duringFirstCall == nil)
            }
        }
    }
}
