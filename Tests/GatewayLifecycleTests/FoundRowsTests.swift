import GatewayLifecycle
import Testing

/// The rows of the table "What was found, and the rule" of the lifecycle's design that concern the machine, by the words of the
/// row.
@Suite struct FoundRowsTests {
    @Test("The provider shows a canceled payment as paid: it is booked with its amount, and in review")
    func canceledThenPaid() {
        let paid = PaymentState.shown(.canceled).after(.fetched(.pi(.succeeded, captured: 900)))
        #expect(paid.status == .succeeded && paid.captured == 900)
        #expect(paid.discrepancy == Discrepancy(.paidAfterCancel, 900))
    }

    @Test("A payment that is paid beside an open one: the open one is canceled at the provider and not confirmed any more")
    func openSibling() throws {
        let late = PaymentState.shown(.canceled)
        let evolution = rules.evolve(
            try #require(OrderState(payments: [late, .shown(.requiresAction, id: 2)]).payment(1)), by: .fetched(.pi(.succeeded)))
        #expect(evolution.state.discrepancy?.code == .duplicatePayment)
        #expect(evolution.followUps.contains(.cancelSiblings([2])))
        let open = try #require(OrderState(payments: [evolution.state, .shown(.requiresAction, id: 2)]).payment(2))
        #expect(rules.decide(.confirm, on: open) == .refuse(.orderAlreadyPaid))
        #expect(rules.decide(.cancelSuperfluous, on: open) == .call(PlannedOperation(.cancel, reason: .superfluous)))
    }

    @Test("A duplicate payment is refunded at once where the setting says so, and only one of the two", arguments: [true, false])
    func duplicate(_ refundsDuplicates: Bool) throws {
        let setting = Lifecycle(refundsDuplicates: refundsDuplicates)
        let order = OrderState(payments: [.shown(.canceled), .shown(.succeeded, id: 2)])
        let duplicate = setting.evolve(try #require(order.payment(1)), by: .fetched(.pi(.succeeded)))
        #expect(duplicate.state.discrepancy?.code == .duplicatePayment)
        let refund = PlannedOperation(.refund, amount: 1000, reason: .duplicate)
        #expect(duplicate.planned == (refundsDuplicates ? [refund] : []))
        let kept = setting.evolve(
            try #require(OrderState(payments: [duplicate.state, .shown(.succeeded, id: 2)]).payment(2)), by: .siblingsChanged)
        #expect(kept.planned == [] && kept.state.discrepancy == nil)
        let back = duplicate.state.with(refund: 1000, .succeeded).after(.siblingsChanged, by: setting)
        #expect(back.discrepancy == nil)
        #expect(OrderState(payments: [back, .shown(.succeeded, id: 2)]).status == .partiallyRefunded)
    }

    @Test(
        "One event with another amount: the object is fetched first, and a paid payment stays as it is where the provider agrees")
    func eventWithAnotherAmount() {
        let paid = PaymentState.shown(.succeeded)
        let reported = rules.evolve(paid, by: .reported(.pi(.succeeded, amount: 900)))
        #expect(reported.state == paid && reported.followUps == [.fetchIntent])
        #expect(paid.after(.fetched(.pi(.succeeded))) == paid)
        let other = paid.after(.fetched(.pi(.succeeded, amount: 900)))
        #expect(other.status == .succeeded && other.discrepancy == Discrepancy(.amountDiffers, 900))
        #expect(other.after(.fetched(.pi(.succeeded))).discrepancy == nil)
    }

    @Test("A refund that an operator resolved as failed and that succeeds is booked, in review, with an alert")
    func resolvedRefundSucceeds() {
        let resolved = PaymentState.shown(.succeeded).with(.open(.refund, unknown: true)).after(.declared(operation: 10, .failed))
        #expect(resolved.refundable == 1000)
        #expect(rules.evolve(resolved, by: .reported(.re(.succeeded, operation: 10))).followUps == [.fetchRefunds])
        let evolution = rules.evolve(resolved, by: .fetched(.re(.succeeded, operation: 10)))
        #expect(evolution.state.refunded == 400)
        #expect(evolution.state.discrepancy?.code == .refundContradictsDecision)
        #expect(evolution.alerts == [.reviewOpened])
    }

    @Test("A failure that the provider reported ranks above a success, in either order")
    func providersFailureRanksAboveSuccess() {
        let paid = PaymentState.shown(.succeeded).with(refund: 400, .pending)
        #expect(paid.after(.reported(.re(.failed)), .reported(.re(.succeeded))).refunds.map(\.status) == [.failed])
        #expect(paid.after(.reported(.re(.succeeded)), .reported(.re(.failed))).refunds.map(\.status) == [.failed])
    }

    @Test("A resolve that the provider contradicts is refused unless forced, and an unknown object is refused even then")
    func resolve() {
        let confirmed = DeclarationTests.unknownConfirmation
        let shown = LookUp.intent(.pi(.processing))
        #expect(rules.decide(DeclarationTests.say(.failed, shown), on: confirmed) == .refuse(.contradicted))
        let forced = rules.decide(DeclarationTests.say(.failed, shown, forced: true), on: confirmed)
        #expect(forced == DeclarationTests.declared(.failed))
        let typo = DeclarationTests.say(.succeeded("re_9"), .refunds([]), forced: true)
        #expect(rules.decide(typo, on: DeclarationTests.unknownRefund) == .refuse(.objectUnknown))
    }

    @Test("Truth that arrives during or after a review is booked")
    func truthDuringReview() {
        let review = PaymentState.shown(.requiresAction).after(.fetched(.pi(.requiresAction, amount: 900)))
        let during = review.after(
            .fetched(.pi(.succeeded, amount: 900)), .fetched(.re(.succeeded)), .dispute(.open, amount: 100, at: 1))
        #expect(during.status == .partiallyRefunded && during.captured == 900 && during.refunded == 400 && during.disputed == 100)
        #expect(during.discrepancy?.code == .amountDiffers)
        let after = during.after(.accepted).after(.reported(.re(.failed)))
        #expect(after.status == .succeeded && after.discrepancy == nil)
    }

    @Test(
        "A definite refusal after a lost answer is believed with the key's and the object's evidence",
        arguments: OperationKind.allCases)
    func refusalAfterLostAnswer(_ kind: OperationKind) throws {
        let before = try #require(OutcomeEvolutionTests.payment(with: kind, attempt: "later"))
        let noTrace: LookUp = kind == .create ? .nothing : kind == .refund ? .refunds([]) : .intent(.pi(.requiresPaymentMethod))
        let refused = CallResult.refused(.invalidRequest, nil)
        #expect(before.after(.outcome(refused, .key(noTrace))).operations.isEmpty)
        #expect(!before.after(.outcome(refused)).operations.isEmpty)
        #expect(!before.after(.outcome(refused, .key(nil))).operations.isEmpty)
        #expect(!before.after(.outcome(refused, .key(.nothing, isComplete: false))).operations.isEmpty)
        #expect(!before.after(.outcome(.refused(.authentication, nil), .key(noTrace))).operations.isEmpty)
        #expect(!before.after(.outcome(.unknown, .key(noTrace))).operations.isEmpty, "Key in use, and key reused, stay unknown")
    }

    @Test(
        "The provider keeps replaying a stored 5xx: the object without a trace ends the operation",
        arguments: OperationKind.allCases)
    func storedServerError(_ kind: OperationKind) throws {
        let before = try #require(OutcomeEvolutionTests.payment(with: kind, attempt: "later"))
        let found: LookUp =
            switch kind {
            case .create: .nothing
            case .confirm, .cancel: .intent(.pi(.requiresPaymentMethod))
            case .capture: .intent(.pi(.requiresCapture))
            case .refund: .refunds([])
            }
        let looked = before.after(.outcome(.unknown), .outcome(.found(found), Evidence(isLookUpComplete: true)))
        #expect(looked.operations.count == 1)
        let evolution = rules.evolve(looked, by: .outcome(.found(found), .conclusive))
        #expect(evolution.ended.map(\.reason) == [.notExecuted])
        if kind == .create {
            #expect(
                rules.decide(Creation(isManualCapture: false), on: OrderState(payments: [evolution.state]))
                    == OrderStateTests.create)
        }
        if kind == .confirm { #expect(rules.decide(.confirm, on: evolution.state) == DecideTests.confirm) }
        if kind == .refund {
            let late = evolution.state.after(.fetched(.re(.succeeded, operation: 10)))
            #expect(late.refunded == 400 && late.discrepancy?.code == .refundContradictsDecision)
        } else if kind != .create {
            #expect(evolution.state.after(.fetched(.pi(.succeeded))).status == .succeeded, "A late success is booked")
        }
    }

    @Test("An unknown creation is superseded after two look-ups, and its intent is canceled where it turns up")
    func unknownCreation() throws {
        let creating = PaymentState.shown(nil).with(.open(.create, unknown: true))
        let nothing = Observation.outcome(.found(.nothing))
        let creation = Creation(isManualCapture: false)
        #expect(rules.decide(creation, on: OrderState(payments: [creating.after(nothing)])) == .accepted(1))
        let looked = creating.after(nothing, nothing)
        #expect(rules.decide(creation, on: OrderState(payments: [looked])) == .supersede(1, PlannedOperation(.create)))
        let superseded = rules.evolve(looked, by: .superseded)
        #expect(superseded.state.status == .canceled)
        let late = rules.evolve(superseded.state, by: .outcome(.found(.intent(.pi(.requiresPaymentMethod)))))
        #expect(late.planned == [PlannedOperation(.cancel, reason: .superfluous)])
        #expect(late.state.status == .canceled)
    }

    @Test("The payer cancels while a confirmation is unknown: the provider's cancellation settles both operations")
    func cancelBesideUnknownConfirmation() {
        let confirming = PaymentState.shown(.requiresPaymentMethod).with(.open(.confirm, id: 11, unknown: true))
        #expect(rules.decide(.cancel, on: confirming) == DecideTests.cancel)
        let canceling = confirming.after(.requested(PlannedOperation(.cancel), id: 10, refundRow: 0))
        let canceled = canceling.after(.outcome(.intent(.pi(.canceled))))
        #expect(canceled.status == .canceled && canceled.operations.isEmpty)
    }

    @Test("The payer cancels where the provider has no cancellation: the confirmation stays open and is only looked up")
    func cancelWithoutCancellation() {
        let canceling = PaymentState.shown(.requiresPaymentMethod)
            .with(.open(.confirm, id: 11, unknown: true))
            .after(.requested(PlannedOperation(.cancel), id: 10, refundRow: 0))
        let closed = canceling.after(.outcome(.refused(.unsupported, nil)))
        #expect(closed.status == .canceled && closed.closure == .local && closed.operations.map(\.id) == [11])
        let elapsed = Elapsed(sinceRequest: .seconds(1), keyMemory: .seconds(3600))
        #expect(rules.decide(.repeatCall(operation: 11, elapsed), on: closed) == .refuse(.lookUpOnly))
        let charged = closed.after(.outcome(Outcome(11, .found(.intent(.pi(.succeeded))))))
        #expect(charged.discrepancy?.code == .paidAfterCancel)
    }

    @Test("A confirmation is sent again for two minutes after the client's request, or as long as the setting says")
    func confirmationRepeatedLate() {
        func again(_ seconds: Int, by lifecycle: Lifecycle = rules) -> Decision {
            let elapsed = Elapsed(sinceRequest: .seconds(seconds), keyMemory: .seconds(24 * 3600))
            return lifecycle.decide(.repeatCall(operation: 10, elapsed), on: DeclarationTests.unknownConfirmation)
        }
        #expect(again(120) == .call(PlannedOperation(.confirm)))
        #expect(again(121) == .refuse(.lookUpOnly))
        #expect(again(121, by: Lifecycle(confirmRetryWindow: .seconds(300))) == .call(PlannedOperation(.confirm)))
    }

    @Test("A declined capture leaves the authorization standing, with the error")
    func declinedCapture() {
        let capturing = PaymentState.shown(.requiresCapture, manual: true).with(.open(.capture, leased: true))
        let evolution = rules.evolve(capturing, by: .outcome(.declined(nil)))
        #expect(evolution.state.status == .requiresCapture)
        #expect(evolution.texts.failure == .take)
        #expect(OrderState(payments: [evolution.state]).status == .pending)
        #expect(rules.decide(.capture(nil, .all), on: evolution.state) == DecideTests.capture(1000))
    }

    @Test("An expired intent is canceled, and its order can be paid again")
    func expiredIntent() {
        let shown = PaymentState.shown(.requiresAction).after(.fetched(.pi(.expired)))
        let gone = PaymentState.shown(.requiresAction).with(.open(.confirm, leased: true)).after(.outcome(.refused(.gone, nil)))
        for state in [shown, gone] {
            #expect(state.status == .canceled && state.isExpired)
            #expect(rules.decide(Creation(isManualCapture: false), on: OrderState(payments: [state])) == OrderStateTests.create)
        }
    }

    @Test("A refund beside a dispute is refused while the dispute is open or lost, and an inquiry does not count")
    func refundBesideDispute() {
        let paid = PaymentState.shown(.succeeded)
        for stage in [DisputeStage.open, .underReview, .lost] {
            #expect(rules.decide(.refund(nil, .all), on: paid.with(dispute: 1000, stage)) == .refuse(.disputed(refundable: 0)))
        }
        for stage in [DisputeStage.inquiry, .inquiryClosed, .won] {
            #expect(rules.decide(.refund(nil, .all), on: paid.with(dispute: 1000, stage)) == DecideTests.refund(1000))
        }
    }

    @Test("A dispute that was lost and then won is won, and a second dispute is kept beside it")
    func lostThenWon() {
        let state = PaymentState.shown(.succeeded)
            .after(
                .dispute(.open, at: 1), .dispute(.lost, at: 2), .dispute(.won, at: 3),
                .dispute(.open, amount: 300, id: "dp_2", at: 4))
        #expect(state.disputes.map(\.stage) == [.won, .open])
        #expect(state.disputed == 300)
    }

    @Test("The refund object of a released authorization gives nothing back, and a late one never goes beyond what was captured")
    func releasedAuthorization() {
        for state in [PaymentState.shown(.requiresCapture, manual: true), .shown(.canceled)] {
            let evolution = rules.evolve(state, by: .fetched(.re(.succeeded, amount: 1000)))
            #expect(evolution.state.status == state.status && evolution.state.refunded == 0)
            #expect(evolution.events == [] && evolution.movements.isEmpty)
        }
        #expect(PaymentState.shown(.succeeded).after(.reported(.re(.succeeded))).refunds.isEmpty)
        let partly = PaymentState.shown(.succeeded, manual: true) {
            $0.capturedAtProvider = 400
            $0.captureAsked = 400
        }
        #expect(partly.after(.fetched(.re(.succeeded, amount: 600))).refunded == 400)
    }

    @Test("A rejected creation gives its order back")
    func rejectedCreation() {
        for result in [CallResult.declined(nil), .refused(.invalidRequest, nil), .notSent] {
            let state = PaymentState.shown(nil).with(.open(.create, leased: true)).after(.outcome(result))
            let order = OrderState(payments: [state])
            #expect(order.status == .pending)
            #expect(rules.decide(Creation(isManualCapture: false), on: order) == OrderStateTests.create)
        }
    }
}
