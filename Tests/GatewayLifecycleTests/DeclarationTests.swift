import GatewayLifecycle
import Testing

/// What operators may declare, and what their words do.
@Suite struct DeclarationTests {
    @Test("An operator's word is taken, replaced by what the look-up shows, or refused", arguments: cases)
    func declare(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test("An operator gives the money back by a refund of what is left, or by a cancellation", arguments: returns)
    func giveBack(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test("A call is sent again while it is safe, and the operation is only looked up afterwards", arguments: repeats)
    func repeatCall(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test("The gateway cancels an open payment of an order that is paid, once", arguments: superfluous)
    func cancelSuperfluous(_ example: DecideCase) {
        #expect(rules.decide(example.command, on: example.state) == example.expected)
    }

    // MARK: Words

    static let unknownCreation = PaymentState.shown(nil).with(.open(.create, unknown: true))
    static let unknownConfirmation = PaymentState.shown(.requiresAction).with(.open(.confirm, unknown: true))
    static let notConfirmed = PaymentState.shown(.requiresPaymentMethod).with(.open(.confirm, unknown: true))
    static let unknownRefund = PaymentState.shown(.succeeded).with(.open(.refund, unknown: true))

    static func say(_ word: OperatorWord, _ lookUp: LookUp?, forced: Bool = false) -> Command {
        .declare(operation: 10, word, lookUp, isForced: forced)
    }

    static func found(_ lookUp: LookUp) -> Decision { .observe(.outcome(Outcome(10, .found(lookUp)))) }

    static func declared(_ word: OperatorWord) -> Decision { .observe(.declared(operation: 10, word)) }

    static let nothing = LookUp.intent(.pi(.requiresPaymentMethod))
    static let processing = LookUp.intent(.pi(.processing))
    static let ownRefund = LookUp.refunds([.re(.succeeded, operation: 10)])
    static let nameless = LookUp.refunds([.re(.succeeded)])

    static let cases: [DecideCase] = [
        DecideCase("ended", .shown(.requiresAction), say(.failed, nothing), .refuse(.nothingOpen)),
        DecideCase(
            "at work", PaymentState.shown(.requiresAction).with(.open(.confirm, leased: true)), say(.failed, nothing),
            .refuse(.busy(.confirm))),
        DecideCase("failed, no trace", notConfirmed, say(.failed, nothing), declared(.failed)),
        DecideCase("failed, a trace", notConfirmed, say(.failed, processing), .refuse(.contradicted)),
        DecideCase("failed, a trace, forced", notConfirmed, say(.failed, processing, forced: true), declared(.failed)),
        DecideCase("failed, no look-up", notConfirmed, say(.failed, nil), .refuse(.unverified)),
        DecideCase("failed, no look-up, forced", notConfirmed, say(.failed, nil, forced: true), declared(.failed)),
        DecideCase("succeeded, a trace", notConfirmed, say(.succeeded(nil), processing), found(processing)),
        DecideCase("succeeded, no trace", notConfirmed, say(.succeeded(nil), nothing), .refuse(.contradicted)),
        DecideCase(
            "succeeded, no trace, forced", notConfirmed, say(.succeeded(nil), nothing, forced: true), declared(.succeeded(nil))),
        DecideCase("succeeded, no look-up", notConfirmed, say(.succeeded(nil), nil), .refuse(.unverified)),
        DecideCase(
            "succeeded, no look-up, forced", notConfirmed, say(.succeeded(nil), nil, forced: true), declared(.succeeded(nil))),
        DecideCase("created, no object", unknownCreation, say(.succeeded(nil), .nothing), .refuse(.objectMissing)),
        DecideCase(
            "created, no object, forced", unknownCreation, say(.succeeded(nil), nil, forced: true), .refuse(.objectMissing)),
        DecideCase("created, found", unknownCreation, say(.succeeded(nil), nothing), found(nothing)),
        DecideCase("created, found as named", unknownCreation, say(.succeeded("pi_1"), nothing), found(nothing)),
        DecideCase("created, another found", unknownCreation, say(.succeeded("pi_9"), nothing), .refuse(.objectUnknown)),
        DecideCase(
            "created, a typo, forced", unknownCreation, say(.succeeded("pi_9"), nothing, forced: true), .refuse(.objectUnknown)),
        DecideCase("created, nothing found", unknownCreation, say(.succeeded("pi_1"), .nothing), .refuse(.objectUnknown)),
        DecideCase("not created, nothing found", unknownCreation, say(.failed, .nothing), declared(.failed)),
        DecideCase("not created, found", unknownCreation, say(.failed, nothing), .refuse(.contradicted)),
        DecideCase("refunded, no object", unknownRefund, say(.succeeded(nil), .refunds([])), .refuse(.objectMissing)),
        DecideCase("refunded, listed", unknownRefund, say(.succeeded(nil), ownRefund), found(ownRefund)),
        DecideCase("refunded, listed as named", unknownRefund, say(.succeeded("re_1"), ownRefund), found(ownRefund)),
        DecideCase("refunded, a typo", unknownRefund, say(.succeeded("re_9"), ownRefund), .refuse(.objectUnknown)),
        DecideCase(
            "refunded, a typo, forced", unknownRefund, say(.succeeded("re_9"), ownRefund, forced: true), .refuse(.objectUnknown)),
        DecideCase(
            "refunded, nameless and fitting", unknownRefund, say(.succeeded("re_1"), nameless), declared(.succeeded("re_1"))),
        DecideCase(
            "refunded, another amount", unknownRefund, say(.succeeded("re_1"), .refunds([.re(.succeeded, amount: 300)])),
            .refuse(.contradicted)),
        DecideCase(
            "refunded, another amount, forced", unknownRefund,
            say(.succeeded("re_1"), .refunds([.re(.succeeded, amount: 300)]), forced: true), declared(.succeeded("re_1"))),
        DecideCase(
            "refunded, another operation's", unknownRefund, say(.succeeded("re_1"), .refunds([.re(.succeeded, operation: 99)])),
            .refuse(.contradicted)),
        DecideCase("not refunded, not listed", unknownRefund, say(.failed, .refunds([])), declared(.failed)),
        DecideCase("not refunded, listed", unknownRefund, say(.failed, ownRefund), .refuse(.contradicted)),
    ]

    // MARK: Giving back

    static let lessCaptured = PaymentState.shown(.succeeded) { $0.capturedAtProvider = 900 }

    static let returns: [DecideCase] = [
        DecideCase("nothing is open", .shown(.succeeded), .giveBack(.all), .refuse(.nothingOpen)),
        DecideCase("paid", lessCaptured, .giveBack(.all), .call(PlannedOperation(.refund, amount: 900, reason: .review))),
        DecideCase(
            "partly back", PaymentState.shown(.canceled) { $0.capturedAtProvider = 1000 }.with(refund: 400, .succeeded),
            .giveBack(.all), .call(PlannedOperation(.refund, amount: 600, reason: .review))),
        DecideCase("disputed", lessCaptured.with(dispute: 900, .open), .giveBack(.all), .refuse(.disputed(refundable: 0))),
        DecideCase("no refunds", lessCaptured, .giveBack([]), .refuse(.unsupported(.refund))),
        DecideCase(
            "open", .shown(.requiresAction) { $0.differingAmount = 900 }, .giveBack(.all),
            .call(PlannedOperation(.cancel, reason: .review))),
        DecideCase(
            "open, being captured", PaymentState.shown(.requiresCapture) { $0.differingAmount = 900 }.with(.open(.capture)),
            .giveBack(.all), .refuse(.busy(.capture))),
        DecideCase(
            "canceled", .shown(.canceled) { $0.differingAmount = 900 }, .giveBack(.all), .refuse(.status(.canceled, .cancel))),
    ]

    // MARK: Repeats

    static func again(_ minutes: Int, memory: Int = 24 * 60, crashes: Int = 0) -> Command {
        let elapsed = Elapsed(sinceRequest: .seconds(60 * minutes), keyMemory: .seconds(60 * memory), crashCount: crashes)
        return .repeatCall(operation: 10, elapsed)
    }

    static let lookOnly = Decision.refuse(.lookUpOnly)
    static let unknownCapture = PaymentState.shown(.requiresCapture, manual: true).with(.open(.capture, unknown: true))
    static let unknownCancel = PaymentState.shown(.requiresAction).with(.open(.cancel, unknown: true))
    static let createAgain = Decision.call(PlannedOperation(.create))
    static let confirmAgain = Decision.call(PlannedOperation(.confirm))
    static let captureAgain = Decision.call(PlannedOperation(.capture, amount: 1000))
    static let cancelAgain = Decision.call(PlannedOperation(.cancel))
    static let refundAgain = Decision.call(PlannedOperation(.refund, amount: 400))

    static let repeats: [DecideCase] = [
        DecideCase("ended", .shown(.requiresAction), again(1), .refuse(.nothingOpen)),
        DecideCase("a creation", unknownCreation, again(600), createAgain),
        DecideCase("a creation, key forgotten", unknownCreation, again(24 * 60), lookOnly),
        DecideCase("a creation, no keys", unknownCreation, again(0, memory: 0), lookOnly),
        DecideCase("a creation, superseded", unknownCreation.after(.superseded), again(1), lookOnly),
        DecideCase("a creation, beside a paid one", unknownCreation.beside { $0.hasPaid = true }, again(1), lookOnly),
        DecideCase("a creation, three crashes", unknownCreation, again(1, crashes: 3), lookOnly),
        DecideCase("a creation, two crashes", unknownCreation, again(1, crashes: 2), createAgain),
        DecideCase("a creation, 72 hours", unknownCreation.after(.overdue(operation: 10)), again(1), lookOnly),
        DecideCase("a confirmation", unknownConfirmation, again(2), confirmAgain),
        DecideCase("a confirmation, late", unknownConfirmation, again(3), lookOnly),
        DecideCase("a confirmation, being canceled", unknownConfirmation.with(.open(.cancel, id: 11)), again(1), lookOnly),
        DecideCase("a confirmation, beside a paid one", unknownConfirmation.beside { $0.hasPaid = true }, again(1), lookOnly),
        DecideCase("a confirmation, canceled", unknownConfirmation.after(.reported(.pi(.canceled))), again(1), lookOnly),
        DecideCase("a capture", unknownCapture, again(600), captureAgain),
        DecideCase("a capture, beside a paid one", unknownCapture.beside { $0.hasPaid = true }, again(1), lookOnly),
        DecideCase("a capture, canceled", unknownCapture.after(.reported(.pi(.canceled))), again(1), lookOnly),
        DecideCase("a cancellation", unknownCancel.beside { $0.hasPaid = true }, again(600), cancelAgain),
        DecideCase("a refund", unknownRefund, again(600), refundAgain),
        DecideCase("a refund, key forgotten", unknownRefund, again(24 * 60), lookOnly),
    ]

    static let superfluousCancel = Decision.call(PlannedOperation(.cancel, reason: .superfluous))

    static let superfluous: [DecideCase] = [
        DecideCase("open", .shown(.requiresAction), .cancelSuperfluous, superfluousCancel),
        DecideCase("authorized", .shown(.requiresCapture), .cancelSuperfluous, superfluousCancel),
        DecideCase("a confirmation is open", unknownConfirmation, .cancelSuperfluous, superfluousCancel),
        DecideCase("being canceled", unknownCancel, .cancelSuperfluous, .refuse(.status(.processing, .cancel))),
        DecideCase("no intent", unknownCreation, .cancelSuperfluous, .observe(.superseded)),
        DecideCase("paid", .shown(.succeeded), .cancelSuperfluous, .refuse(.status(.succeeded, .cancel))),
        DecideCase("canceled", .shown(.canceled), .cancelSuperfluous, .refuse(.status(.canceled, .cancel))),
    ]
}

/// What an operator's word does to a payment.
@Suite struct DeclaredTests {
    /// The kind of operation, the word, and the payment's status afterwards.
    static let words: [(OperationKind, OperatorWord, PaymentStatus)] = [
        (.create, .succeeded("pi_1"), .processing), (.create, .failed, .canceled), (.confirm, .succeeded(nil), .succeeded),
        (.confirm, .failed, .requiresPaymentMethod), (.capture, .succeeded(nil), .succeeded),
        (.capture, .failed, .requiresCapture),
        (.cancel, .succeeded(nil), .canceled), (.cancel, .failed, .requiresPaymentMethod),
        (.refund, .succeeded("re_1"), .partiallyRefunded), (.refund, .failed, .succeeded),
    ]

    @Test("An operator's word ends its operation, and moves the payment", arguments: words)
    func word(_ kind: OperationKind, _ word: OperatorWord, _ status: PaymentStatus) throws {
        let before = try #require(OutcomeEvolutionTests.payment(with: kind, attempt: "looked"))
        let evolution = rules.evolve(before, by: .declared(operation: 10, word))
        #expect(evolution.state.status == status)
        #expect(evolution.state.operations.isEmpty)
        #expect(evolution.ended.map(\.reason) == [.declared])
        #expect(evolution.ended.map(\.succeeded) == [word != .failed])
        #expect(evolution.notes.first == .ended(kind, .declared))
        #expect(TransitionTable.allows(before.status, status))
        #expect(rules.evolve(evolution.state, by: .declared(operation: 10, word)).notes == [], "The second word is about nothing")
    }

    @Test("A confirmation of a manual capture that an operator declared done is authorized, not paid")
    func manualConfirmation() {
        let state = PaymentState.shown(.requiresAction, manual: true).with(.open(.confirm, unknown: true))
        #expect(state.after(.declared(operation: 10, .succeeded(nil))).status == .requiresCapture)
    }

    @Test("What the provider shows afterwards outranks an operator's word about a charge, and raises an alert")
    func providerOutranksWord() {
        let declared = PaymentState.shown(.requiresAction)
            .with(.open(.confirm, unknown: true))
            .after(.declared(operation: 10, .succeeded(nil)))
        #expect(declared.captured == 1000)
        for shown in [IntentStatus.declined, .requiresAction, .canceled, .expired] {
            let evolution = rules.evolve(declared, by: .fetched(.pi(shown)))
            #expect(evolution.state.status == shown.paymentStatus)
            #expect(evolution.movements.captured == -1000)
            #expect(evolution.alerts.contains(.declarationContradicted))
        }
    }

    @Test("A payment that an operator declared canceled and that is paid is booked as paid, in review")
    func paidAfterWord() {
        let closed = PaymentState.shown(.requiresAction).with(.open(.cancel, unknown: true))
            .after(.declared(operation: 10, .succeeded(nil)))
        let paid = closed.after(.fetched(.pi(.succeeded)))
        #expect(paid.status == .succeeded && paid.discrepancy == Discrepancy(.paidAfterCancel, 1000))
    }

    @Test("A word about a payment that the provider has shown as paid in the meantime changes no amount")
    func wordTooLate() {
        let state = PaymentState.shown(.requiresAction).with(.open(.confirm, unknown: true)).after(.reported(.pi(.succeeded)))
        let after = state.after(.declared(operation: 10, .succeeded(nil)))
        #expect(after.captured == 1000 && after.capturedByOperator == 0)
        #expect(state.after(.declared(operation: 10, .failed)).captured == 1000)
    }
}
