import GatewayLifecycle
import Testing

/// How each discrepancy opens, closes by itself, and is accepted.
@Suite struct DiscrepancyTests {
    /// A payment on which a discrepancy is open, and what closes it without an operator; nil where nothing does but money that is
    /// back.
    struct Life: Sendable, CustomTestStringConvertible {
        let code: DiscrepancyCode
        let before: PaymentState
        let opens: Observation
        let closes: Observation?

        var testDescription: String { "\(code.rawValue) by \(opens)".prefix(100).description }
    }

    static let canceled = PaymentState.shown(.canceled)
    static let paid = PaymentState.shown(.succeeded)
    static let ended = PaymentState.shown(.succeeded) {
        $0.refunds = [RefundFacts(id: 21, operation: 10, amount: 400, decision: .failed)]
    }
    static let partlyCaptured = PaymentState.shown(.requiresCapture, manual: true) { $0.captureAsked = 1000 }

    static let lives: [Life] = [
        Life(code: .objectDiffers, before: .shown(.requiresAction), opens: .fetched(.pi(.processing, id: "pi_2")), closes: nil),
        Life(
            code: .objectDiffers, before: paid.with(refund: 400, .pending), opens: .fetched(.pi(.canceled)),
            closes: .fetched(.pi(.succeeded))),
        Life(
            code: .amountDiffers, before: .shown(.requiresAction), opens: .fetched(.pi(.requiresAction, amount: 900)),
            closes: .fetched(.pi(.requiresAction))),
        Life(
            code: .amountDiffers, before: .shown(.requiresAction),
            opens: .fetched(IntentSight(id: "pi_1", status: .requiresAction, amount: 1000, isOrderCurrency: false)),
            closes: .fetched(.pi(.requiresAction))),
        Life(
            code: .amountDiffers, before: paid.with(refund: 400, .pending), opens: .fetched(.re(.pending, amount: 300)),
            closes: .fetched(.re(.pending))),
        Life(code: .paidAfterCancel, before: canceled, opens: .fetched(.pi(.succeeded)), closes: nil),
        Life(code: .duplicatePayment, before: canceled.beside { $0.open = [2] }, opens: .fetched(.pi(.succeeded)), closes: nil),
        Life(
            code: .duplicatePayment,
            before: canceled.beside {
                $0.hasPaid = true
                $0.holdsMoney = true
            },
            opens: .fetched(.pi(.succeeded)), closes: nil),
        Life(code: .capturedMore, before: .shown(.processing), opens: .fetched(.pi(.succeeded, captured: 1500)), closes: nil),
        Life(
            code: .capturedLess, before: .shown(.processing), opens: .fetched(.pi(.succeeded, captured: 900)),
            closes: .fetched(.pi(.succeeded))),
        Life(
            code: .capturedLess, before: partlyCaptured, opens: .fetched(.pi(.succeeded, captured: 900)),
            closes: .fetched(.pi(.succeeded))),
        Life(
            code: .refundExceeds, before: paid.with(refund: 700, .succeeded),
            opens: .fetched(.re(.succeeded, amount: 700), .re(.pending, id: "re_2")), closes: .reported(.re(.failed, id: "re_2"))),
        Life(
            code: .refundContradictsDecision, before: ended, opens: .fetched(.re(.succeeded, operation: 10)),
            closes: .reported(.re(.failed, operation: 10))),
        Life(
            code: .outcomeUnknown, before: paid.with(.open(.refund, unknown: true)), opens: .overdue(operation: 10),
            closes: .outcome(.found(.refunds([.re(.succeeded, operation: 10)])))),
        Life(
            code: .outcomeUnknown, before: PaymentState.shown(nil).with(.open(.create, unknown: true)),
            opens: .overdue(operation: 10),
            closes: .outcome(.found(.intent(.pi(.requiresPaymentMethod))))),
    ]

    @Test("Every code has a way to open")
    func allCodes() { #expect(Set(Self.lives.map(\.code)) == Set(DiscrepancyCode.allCases)) }

    @Test("A discrepancy opens with a line of history, an event and an alert", arguments: lives)
    func opens(_ life: Life) {
        #expect(life.before.discrepancy == nil)
        let evolution = rules.evolve(life.before, by: life.opens)
        #expect(evolution.state.discrepancy?.code == life.code)
        #expect(evolution.alerts.contains(.reviewOpened))
        #expect(evolution.events.contains(.paymentReviewOpened))
        #expect(evolution.notes.contains { if case .reviewOpened(let open) = $0 { open.code == life.code } else { false } })
    }

    @Test(
        "A discrepancy closes by itself where an authoritative observation agrees again, with a line and an event",
        arguments: lives)
    func closes(_ life: Life) throws {
        let open = life.before.after(life.opens)
        guard let closes = life.closes else {
            #expect(open.after(life.opens).discrepancy?.code == life.code, "The same news again close nothing")
            return
        }
        let evolution = rules.evolve(open, by: closes)
        #expect(evolution.state.discrepancy == nil)
        #expect(evolution.notes.contains(.reviewClosed(life.code)))
        #expect(evolution.events.contains(.paymentReviewClosed))
    }

    @Test("An operator accepts a discrepancy, which stays accepted when the same news come again", arguments: lives)
    func accepted(_ life: Life) throws {
        let open = life.before.after(life.opens)
        let discrepancy = try #require(open.discrepancy)
        #expect(rules.decide(.accept(.nothing), on: open) == .observe(.accepted))
        let evolution = rules.evolve(open, by: .accepted)
        #expect(evolution.state.discrepancy == nil)
        #expect(evolution.notes.contains(.reviewAccepted(discrepancy)))
        #expect(life.code == .outcomeUnknown || evolution.notes.first == .reviewAccepted(discrepancy), "one line says it")
        #expect(!evolution.notes.contains(.reviewClosed(life.code)))
        #expect(evolution.events.contains(.paymentReviewClosed))
        #expect(evolution.state.after(life.opens).discrepancy == nil)
        #expect(rules.decide(.accept(nil), on: evolution.state) == .refuse(.nothingOpen))
    }

    @Test("An accepted difference that grows opens again")
    func grows() {
        let more = PaymentState.shown(.processing).after(.fetched(.pi(.succeeded, captured: 1500)), .accepted)
        #expect(more.after(.fetched(.pi(.succeeded, captured: 1600))).discrepancy == Discrepancy(.capturedMore, 1600))
    }

    @Test(
        "A discrepancy closes once all money is back, unless too much is",
        arguments: [
            Life(
                code: .paidAfterCancel, before: canceled, opens: .fetched(.pi(.succeeded)),
                closes: .fetched(.re(.succeeded, amount: 1000))),
            Life(
                code: .capturedMore, before: .shown(.processing), opens: .fetched(.pi(.succeeded, captured: 1500)),
                closes: .fetched(.re(.succeeded, amount: 1500))),
            Life(
                code: .capturedLess, before: .shown(.processing), opens: .fetched(.pi(.succeeded, captured: 900)),
                closes: .fetched(.re(.succeeded, amount: 900))),
        ])
    func moneyIsBack(_ life: Life) throws {
        let open = life.before.after(life.opens)
        let back = open.after(try #require(life.closes))
        #expect(back.status == .refunded && back.discrepancy == nil)
        #expect(
            back.after(.reported(.re(.failed, amount: back.captured))).discrepancy?.code == life.code, "The money is here again")
        let tooMuch = back.after(.fetched(.re(.succeeded, id: "re_2")))
        #expect(tooMuch.discrepancy?.code == .refundExceeds)
    }

    @Test("Two intents for one payment stay a question when the money of one is back: the other one may hold money")
    func otherIntentStays() {
        let beside = Self.paid.with(refund: 1000, .succeeded).after(.fetched(.pi(.processing, id: "pi_2")))
        #expect(beside.status == .refunded && beside.discrepancy == Discrepancy(.objectDiffers, 0))
    }

    @Test("A payment that was canceled after its capture is no question any more when all money is back")
    func canceledAfterCapture() {
        let canceled = Self.paid.after(.fetched(.pi(.canceled)))
        #expect(canceled.discrepancy == Discrepancy(.objectDiffers, 1))
        #expect(canceled.after(.fetched(.re(.succeeded, amount: 1000))).discrepancy == nil)
    }

    @Test("An operation without an outcome for 72 hours stays a question when all money is back")
    func overdueStays() {
        let state = Self.paid.with(.open(.confirm, unknown: true, overdue: true)).with(refund: 1000, .succeeded)
        #expect(state.after(.siblingsChanged).discrepancy == Discrepancy(.outcomeUnknown, 10))
    }

    @Test("Accepting an open outcome ends the operation as not executed", arguments: OperationKind.allCases)
    func acceptOverdue(_ kind: OperationKind) throws {
        let before = try #require(OutcomeEvolutionTests.payment(with: kind, attempt: "looked"))
        let overdue = before.after(.outcome(.unknown), .overdue(operation: 10))
        let evolution = rules.evolve(overdue, by: .accepted)
        #expect(evolution.ended.map(\.id) == [10] && evolution.ended.map(\.reason) == [.declared])
        #expect(evolution.state.operations.isEmpty && evolution.state.discrepancy == nil)
        #expect((evolution.state.closure == .byOperator) == (kind == .create))
        #expect(evolution.state.refunds.map(\.decision) == (kind == .refund ? [.notExecuted] : []))
    }

    @Test(
        "What a look-up shows of an open outcome is booked when an operator accepts it, and without a look-up it is not accepted")
    func acceptLooks() {
        let overdue = Self.paid.with(.open(.refund, unknown: true, overdue: true)).after(.siblingsChanged)
        let shown = LookUp.refunds([.re(.succeeded, operation: 10)])
        #expect(rules.decide(.accept(nil), on: overdue) == .refuse(.unverified))
        #expect(rules.decide(.accept(.refunds([])), on: overdue) == .observe(.accepted))
        #expect(rules.decide(.accept(shown), on: overdue) == .observe(.outcome(Outcome(10, .found(shown)))))
    }

    @Test("A refund that was shown under two ids stays a question when all money is back")
    func twoIDsOfOneRefund() {
        let refunded = Self.paid.with(.open(.refund, unknown: true)).after(.fetched(.re(.succeeded, operation: 10)))
        let rest = refunded.with(refund: 1000 - refunded.refunded, .succeeded, id: "re_3", row: 22)
        let twice = rest.after(.fetched(.re(.succeeded, id: "re_2", operation: 10)))
        #expect(twice.status == .refunded && twice.discrepancy == Discrepancy(.objectDiffers, 2))
    }

    @Test("A payment in another currency that an operator accepts leaves its order payable")
    func otherCurrency() {
        let euros = IntentSight(id: "pi_1", status: .succeeded, amount: 1000, isOrderCurrency: false)
        let open = PaymentState.shown(.requiresAction).after(.fetched(euros))
        #expect(open.status == .processing && open.discrepancy == Discrepancy(.amountDiffers, -1))
        #expect(rules.decide(.giveBack(.all), on: open) == .refuse(.otherCurrency), "It is captured there")
        let accepted = open.after(.accepted)
        #expect(accepted.status == .canceled && accepted.discrepancy == nil)
        #expect(accepted.after(.fetched(euros)).discrepancy == nil)
        #expect(
            rules.decide(Creation(isManualCapture: false), on: OrderState(payments: [accepted]))
                == .call(PlannedOperation(.create)))
    }

    @Test("An open payment in another currency is canceled when an operator accepts it or gives it back")
    func openInOtherCurrency() {
        let euros = IntentSight(id: "pi_1", status: .requiresAction, amount: 1000, isOrderCurrency: false)
        let open = PaymentState.shown(.requiresAction).after(.fetched(euros))
        #expect(rules.decide(.giveBack(.all), on: open) == .call(PlannedOperation(.cancel, reason: .review)))
        let accepted = open.after(.accepted)
        #expect(rules.evolve(accepted, by: .fetched(euros)).planned == [PlannedOperation(.cancel, reason: .superfluous)])
    }

    @Test("An open outcome is not accepted while a task works on the operation")
    func leased() {
        let state = Self.paid.with(.open(.refund, unknown: true, leased: true, overdue: true)).after(.siblingsChanged)
        #expect(rules.decide(.accept(.nothing), on: state) == .refuse(.busy(.refund)))
    }

    @Test("A webhook alone opens no discrepancy", arguments: lives)
    func reports(_ life: Life) {
        let report: Observation? =
            switch life.opens {
            case .intent(let sight, _): .intent(sight, .reported)
            case .refunds(let sights, _): .refunds(RefundSights(sights.refunds, isComplete: false), .reported)
            default: nil
            }
        guard let report else { return }
        let evolution = rules.evolve(life.before, by: report)
        #expect(evolution.state.discrepancy == nil)
        #expect(!evolution.followUps.isEmpty, "The object is fetched first")
    }

    @Test("Discrepancies that leave no doubt that the order is paid do not block it", arguments: DiscrepancyCode.allCases)
    func blocksOrder(_ code: DiscrepancyCode) {
        let leavesNoDoubt: [DiscrepancyCode] = [.refundExceeds, .refundContradictsDecision, .outcomeUnknown]
        #expect(code.blocksOrder == !leavesNoDoubt.contains(code))
    }
}
