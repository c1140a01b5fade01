import GatewayLifecycle
import Testing

/// What an order's payments mean for the order and for each other.
@Suite struct OrderStateTests {
    static let pending = PaymentState.shown(.requiresAction)
    static let paid = PaymentState.shown(.succeeded)
    static let canceled = PaymentState.shown(.canceled)
    static let unmade = PaymentState.shown(nil) { $0.closure = .refused }
    static let reviewed = PaymentState.shown(.succeeded) { $0.capturedAtProvider = 900 }
    static let refunded = paid.with(refund: 1000, .succeeded)

    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        let payments: [PaymentState]
        let status: OrderStatus

        var testDescription: String { name }
    }

    static let examples: [Example] = [
        Example(name: "no payment", payments: [], status: .pending),
        Example(name: "a creation without an outcome", payments: [.shown(nil)], status: .pending),
        Example(name: "a creation that came to nothing", payments: [unmade], status: .pending),
        Example(name: "an open payment", payments: [pending], status: .pending),
        Example(name: "an authorized payment", payments: [.shown(.requiresCapture)], status: .pending),
        Example(name: "a declined payment", payments: [.shown(.declined)], status: .failed),
        Example(name: "a canceled payment", payments: [canceled], status: .canceled),
        Example(name: "an expired payment", payments: [.shown(.expired)], status: .canceled),
        Example(
            name: "canceled, then a creation without an outcome", payments: [canceled, .shown(nil, id: 2)], status: .pending),
        Example(name: "canceled, then a new attempt", payments: [canceled, .shown(.declined, id: 2)], status: .failed),
        Example(name: "a paid payment", payments: [paid], status: .completed),
        Example(
            name: "partly refunded", payments: [paid.with(refund: 400, .succeeded)], status: .partiallyRefunded),
        Example(name: "a pending refund", payments: [paid.with(refund: 400, .pending)], status: .completed),
        Example(name: "refunded", payments: [refunded], status: .refunded),
        Example(name: "in review", payments: [reviewed], status: .pending),
        Example(name: "in review, accepted", payments: [reviewed.after(.accepted)], status: .completed),
        Example(
            name: "a review that does not block",
            payments: [paid.with(.open(.refund, unknown: true, overdue: true)).after(.siblingsChanged)],
            status: .completed),
        Example(
            name: "paid twice, both refunded in part", payments: [paid, refunded], status: .partiallyRefunded),
        Example(name: "paid, beside one in review", payments: [reviewed, paid], status: .completed),
        Example(name: "canceled, beside one that is paid", payments: [canceled, paid], status: .completed),
    ]

    @Test("An order's status follows from its payments", arguments: examples)
    func status(_ example: Example) {
        #expect(OrderState(payments: example.payments).status == example.status)
    }

    @Test("A payment learns of its siblings what matters to it")
    func siblings() throws {
        let late = PaymentState.shown(.canceled, id: 1) { $0.capturedAtProvider = 1000 }
        let order = OrderState(payments: [
            late, .shown(.succeeded, id: 2), .shown(.requiresAction, id: 3), .shown(.canceled, id: 4),
        ])
        let first = order.siblings(of: 1)
        #expect(first.hasPaid && first.holdsMoney && first.outranks && first.open == [3] && first.discrepancy == nil)
        let second = order.siblings(of: 2)
        #expect(second.hasPaid && second.holdsMoney && second.open == [3] && second.discrepancy == .paidAfterCancel)
        #expect(try #require(order.payment(1)).siblings == first)
        #expect(order.payment(9) == nil)
        #expect(OrderState(payments: [late]).siblings(of: 1) == .none)
        let back = OrderState(payments: [late, .shown(.succeeded, id: 2).with(refund: 1000, .succeeded)]).siblings(of: 1)
        #expect(back.hasPaid && !back.holdsMoney && !back.outranks)
    }

    @Test("Of two payments that are paid after their cancellation the older one is kept")
    func olderOneIsKept() {
        let order = OrderState(payments: (1...2).map { id in .shown(.canceled, id: id) { $0.capturedAtProvider = 1000 } })
        #expect(!order.siblings(of: 1).outranks)
        #expect(order.siblings(of: 2).outranks)
    }

    @Test(
        "Whichever of two paid payments is seen first, the canceled one is the duplicate and is the one refunded",
        arguments: [[0, 1], [1, 0]])
    func whicheverIsSeenFirst(_ seen: [Int]) throws {
        var walk = OrderWalk(lifecycle: Lifecycle(refundsDuplicates: true), isTold: false)
        let created = OrderHistory.Action.outcome(.intent(.pi(.requiresPaymentMethod)), Evidence())
        walk.make(.create(Creation(isManualCapture: false)))
        walk.make(.onOperation(0, 0, created))
        walk.make(.command(0, .cancel))
        walk.make(.onOperation(0, 0, .outcome(.intent(.pi(.canceled)), Evidence())))
        walk.make(.create(Creation(isManualCapture: false)))
        walk.make(.onOperation(1, 0, created))
        for number in seen { walk.make(.intent(number, .pi(.succeeded), .fresh)) }
        let payments = walk.order.payments
        #expect(payments.map(\.status) == [.succeeded, .succeeded])
        #expect(payments.map { $0.discrepancy?.code } == [.duplicatePayment, nil])
        #expect(payments.map(\.reserved) == [1000, 0])
        #expect(walk.order.status == .completed)
    }

    // MARK: Creations

    struct CreationExample: Sendable, CustomTestStringConvertible {
        let name: String
        var creation = Creation(isManualCapture: false)
        let payments: [PaymentState]
        let expected: Decision

        var testDescription: String { name }
    }

    static let create = Decision.call(PlannedOperation(.create))

    static func creating(unknown: Bool = false, leased: Bool = false, looks: UInt8 = 0) -> PaymentState {
        PaymentState.shown(nil).with(.open(.create, unknown: unknown, leased: leased, looks: looks))
    }

    static let creations: [CreationExample] = [
        CreationExample(name: "no payment", payments: [], expected: create),
        CreationExample(name: "a canceled one", payments: [canceled], expected: create),
        CreationExample(name: "a refused one", payments: [unmade], expected: create),
        CreationExample(name: "an open one", payments: [canceled, .shown(.requiresAction, id: 2)], expected: .reuse(2)),
        CreationExample(name: "a declined one", payments: [.shown(.declined)], expected: .reuse(1)),
        CreationExample(
            name: "another provider's", creation: Creation(isManualCapture: false, isSameProvider: false), payments: [pending],
            expected: .refuse(.otherPaymentDiffers)),
        CreationExample(
            name: "captured in another way", creation: Creation(isManualCapture: true), payments: [pending],
            expected: .refuse(.otherPaymentDiffers)),
        CreationExample(name: "paid", payments: [paid], expected: .refuse(.orderAlreadyPaid)),
        CreationExample(name: "refunded", payments: [refunded], expected: .refuse(.orderAlreadyPaid)),
        CreationExample(name: "paid, beside an open one", payments: [pending, paid], expected: .refuse(.orderAlreadyPaid)),
        CreationExample(name: "paid, in review", payments: [reviewed], expected: .refuse(.inReview(.capturedLess))),
        CreationExample(name: "paid, one of two in review", payments: [reviewed, paid], expected: .refuse(.orderAlreadyPaid)),
        CreationExample(
            name: "open, in review", payments: [.shown(.requiresAction) { $0.differingAmount = 900 }],
            expected: .refuse(.inReview(.amountDiffers))),
        CreationExample(
            name: "canceled, in review", payments: [.shown(.canceled) { $0.otherIntentID = "pi_2" }],
            expected: .refuse(.inReview(.objectDiffers))),
        CreationExample(name: "a creation at work", payments: [creating(leased: true)], expected: .refuse(.busy(.create))),
        CreationExample(name: "a creation not yet sent", payments: [creating()], expected: .refuse(.busy(.create))),
        CreationExample(name: "an unknown creation, not looked up", payments: [creating(unknown: true)], expected: .accepted(1)),
        CreationExample(
            name: "an unknown creation, looked up once", payments: [creating(unknown: true, looks: 1)], expected: .accepted(1)),
        CreationExample(
            name: "an unknown creation, looked up twice", payments: [creating(unknown: true, looks: 2)],
            expected: .supersede(1, PlannedOperation(.create))),
        CreationExample(
            name: "an unknown creation, being looked up", payments: [creating(unknown: true, leased: true, looks: 2)],
            expected: .refuse(.busy(.create))),
        CreationExample(
            name: "an unknown creation that charges by itself", creation: Creation(isManualCapture: false, chargesByItself: true),
            payments: [creating(unknown: true, looks: 2)], expected: .accepted(1)),
    ]

    @Test("A creation makes a payment, reuses the open one, waits for it, takes its place, or is refused", arguments: creations)
    func creation(_ example: CreationExample) {
        #expect(rules.decide(example.creation, on: OrderState(payments: example.payments)) == example.expected)
    }
}
