import GatewayLifecycle
import Testing

/// A command on a payment, and what it leads to.
struct DecideCase: Sendable, CustomTestStringConvertible {
    let name: String
    let state: PaymentState
    let command: Command
    let expected: Decision

    init(_ name: String, _ state: PaymentState, _ command: Command, _ expected: Decision) {
        self.name = name
        self.state = state
        self.command = command
        self.expected = expected
    }

    var testDescription: String { name }
}

/// What clients may do with a payment.
@Suite struct DecideTests {
    @Test(
        "A confirmation is accepted or refused by the payment's status, its order and its open operations",
        arguments: confirmations)
    func confirm(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test(
        "A capture is accepted or refused by the payment's status, the amount and the provider's abilities", arguments: captures)
    func capture(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test("A cancellation is accepted while the payment may still be paid and no other call is at work", arguments: cancellations)
    func cancel(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test("A refund is accepted up to what was captured and is neither back, on its way nor disputed", arguments: refunds)
    func refund(_ example: DecideCase) { #expect(rules.decide(example.command, on: example.state) == example.expected) }

    @Test(
        "Refusals that depend on the payment's state are stored, and refusals of the request's form are not",
        arguments: storedRefusals)
    func isStored(_ refusal: Refusal, _ isStored: Bool) { #expect(refusal.isStored == isStored) }

    static let confirm = Decision.call(PlannedOperation(.confirm))

    static let confirmations: [DecideCase] = [
        DecideCase("requires_payment_method", .shown(.requiresPaymentMethod), .confirm, confirm),
        DecideCase("requires_confirmation", .shown(.requiresConfirmation), .confirm, confirm),
        DecideCase("requires_action", .shown(.requiresAction), .confirm, confirm),
        DecideCase("failed", .shown(.declined), .confirm, confirm),
        DecideCase("processing", .shown(.processing), .confirm, .refuse(.status(.processing, .confirm))),
        DecideCase("requires_capture", .shown(.requiresCapture), .confirm, .refuse(.status(.requiresCapture, .confirm))),
        DecideCase("succeeded", .shown(.succeeded), .confirm, .refuse(.status(.succeeded, .confirm))),
        DecideCase("canceled", .shown(.canceled), .confirm, .refuse(.status(.canceled, .confirm))),
        DecideCase("expired", .shown(.expired), .confirm, .refuse(.status(.canceled, .confirm))),
        DecideCase("closed", .shown(.requiresAction) { $0.closure = .local }, .confirm, .refuse(.status(.canceled, .confirm))),
        DecideCase(
            "partially_refunded", .shown(.succeeded).with(refund: 400, .succeeded), .confirm,
            .refuse(.status(.partiallyRefunded, .confirm))),
        DecideCase(
            "refunded", .shown(.succeeded).with(refund: 1000, .succeeded), .confirm, .refuse(.status(.refunded, .confirm))),
        DecideCase(
            "another payment is paid", .shown(.requiresAction).beside { $0.hasPaid = true }, .confirm, .refuse(.orderAlreadyPaid)),
        DecideCase(
            "another payment is open", .shown(.requiresAction).beside { $0.open = [2] }, .confirm, .refuse(.otherPaymentOpen)),
        DecideCase(
            "another payment is in review", .shown(.requiresAction).beside { $0.discrepancy = .capturedLess }, .confirm,
            .refuse(.inReview(.capturedLess))),
        DecideCase(
            "in review", .shown(.requiresAction) { $0.differingAmount = 900 }, .confirm, .refuse(.inReview(.amountDiffers))),
        DecideCase("a creation is open", .shown(.requiresAction).with(.open(.create)), .confirm, .refuse(.busy(.create))),
        DecideCase(
            "a confirmation is at work", .shown(.requiresAction).with(.open(.confirm)), .confirm, .refuse(.busy(.confirm))),
        DecideCase(
            "a confirmation is unknown", .shown(.requiresAction).with(.open(.confirm, unknown: true)), .confirm,
            .refuse(.busy(.confirm))),
        DecideCase("a capture is open", .shown(.requiresAction).with(.open(.capture)), .confirm, .refuse(.busy(.capture))),
        DecideCase("a cancellation is open", .shown(.requiresAction).with(.open(.cancel)), .confirm, .refuse(.busy(.cancel))),
    ]

    static let authorized = PaymentState.shown(.requiresCapture, manual: true)

    static func capture(_ amount: Int64) -> Decision { .call(PlannedOperation(.capture, amount: amount)) }

    static let captures: [DecideCase] = [
        DecideCase("all of it", authorized, .capture(nil, []), capture(1000)),
        DecideCase("the whole amount", authorized, .capture(1000, []), capture(1000)),
        DecideCase("a part", authorized, .capture(400, .partialCapture), capture(400)),
        DecideCase("a part, all or nothing", authorized, .capture(400, []), .refuse(.wholeAmountOnly(.capture))),
        DecideCase("too much", authorized, .capture(1001, .all), .refuse(.captureExceeds(amount: 1000))),
        DecideCase("nothing", authorized, .capture(0, .all), .refuse(.amountNotPositive)),
        DecideCase("less than nothing", authorized, .capture(-1, .all), .refuse(.amountNotPositive)),
        DecideCase("processing", .shown(.processing, manual: true), .capture(nil, .all), .refuse(.status(.processing, .capture))),
        DecideCase("failed", .shown(.declined, manual: true), .capture(nil, .all), .refuse(.status(.failed, .capture))),
        DecideCase("succeeded", .shown(.succeeded, manual: true), .capture(nil, .all), .refuse(.status(.succeeded, .capture))),
        DecideCase("canceled", .shown(.canceled, manual: true), .capture(nil, .all), .refuse(.status(.canceled, .capture))),
        DecideCase("another is paid", authorized.beside { $0.hasPaid = true }, .capture(nil, .all), .refuse(.orderAlreadyPaid)),
        DecideCase("another is open", authorized.beside { $0.open = [2] }, .capture(nil, .all), .refuse(.otherPaymentOpen)),
        DecideCase(
            "in review", .shown(.requiresCapture, manual: true) { $0.hasOtherCurrency = true }, .capture(nil, .all),
            .refuse(.inReview(.amountDiffers))),
        DecideCase(
            "a capture is unknown", authorized.with(.open(.capture, unknown: true)), .capture(nil, .all), .refuse(.busy(.capture))
        ),
        DecideCase("a cancellation is open", authorized.with(.open(.cancel)), .capture(nil, .all), .refuse(.busy(.cancel))),
        DecideCase(
            "the amount comes after the status", .shown(.processing, manual: true), .capture(0, .all),
            .refuse(.status(.processing, .capture))),
    ]

    static let cancel = Decision.call(PlannedOperation(.cancel))

    static let cancellations: [DecideCase] = [
        DecideCase("requires_payment_method", .shown(.requiresPaymentMethod), .cancel, cancel),
        DecideCase("requires_confirmation", .shown(.requiresConfirmation), .cancel, cancel),
        DecideCase("requires_action", .shown(.requiresAction), .cancel, cancel),
        DecideCase("processing", .shown(.processing), .cancel, cancel),
        DecideCase("failed", .shown(.declined), .cancel, cancel),
        DecideCase("requires_capture", authorized, .cancel, cancel),
        DecideCase("succeeded", .shown(.succeeded), .cancel, .refuse(.status(.succeeded, .cancel))),
        DecideCase("canceled", .shown(.canceled), .cancel, .refuse(.status(.canceled, .cancel))),
        DecideCase("expired", .shown(.expired), .cancel, .refuse(.status(.canceled, .cancel))),
        DecideCase("no intent, no operation", .shown(nil), .cancel, .refuse(.status(.processing, .cancel))),
        DecideCase("the creation is at work", PaymentState.shown(nil).with(.open(.create)), .cancel, .refuse(.busy(.create))),
        DecideCase(
            "the creation is unknown", PaymentState.shown(nil).with(.open(.create, unknown: true)), .cancel,
            .refuse(.busy(.create))),
        DecideCase("a confirmation is at work", .shown(.requiresAction).with(.open(.confirm)), .cancel, .refuse(.busy(.confirm))),
        DecideCase(
            "recovery works on an unknown confirmation",
            .shown(.requiresAction).with(.open(.confirm, unknown: true, leased: true)),
            .cancel, .refuse(.busy(.confirm))),
        DecideCase(
            "a confirmation is unknown", .shown(.requiresAction).with(.open(.confirm, unknown: true)), .cancel, cancel),
        DecideCase("a capture is unknown", authorized.with(.open(.capture, unknown: true)), .cancel, .refuse(.busy(.capture))),
        DecideCase("a cancellation is open", .shown(.requiresAction).with(.open(.cancel)), .cancel, .refuse(.busy(.cancel))),
        DecideCase("in review", .shown(.requiresAction) { $0.differingAmount = 900 }, .cancel, cancel),
        DecideCase("another is paid", .shown(.requiresAction).beside { $0.hasPaid = true }, .cancel, cancel),
    ]

    static let paid = PaymentState.shown(.succeeded)

    static func refund(_ amount: Int64) -> Decision { .call(PlannedOperation(.refund, amount: amount)) }

    static let refunds: [DecideCase] = [
        DecideCase("all of it", paid, .refund(nil, .refunds), refund(1000)),
        DecideCase("a part", paid, .refund(400, .all), refund(400)),
        DecideCase("what is left", paid.with(refund: 400, .succeeded), .refund(nil, .all), refund(600)),
        DecideCase("beside a pending refund", paid.with(refund: 400, .pending), .refund(nil, .all), refund(600)),
        DecideCase("beside an open refund", paid.with(.open(.refund)), .refund(600, .all), refund(600)),
        DecideCase("after a failed refund", paid.with(refund: 400, .failed), .refund(nil, .refunds), refund(1000)),
        DecideCase("in review", .shown(.succeeded) { $0.capturedAtProvider = 900 }, .refund(nil, .all), refund(900)),
        DecideCase("beside an inquiry", paid.with(dispute: 1000, .inquiry), .refund(nil, .all), refund(1000)),
        DecideCase("beside a dispute that is won", paid.with(dispute: 1000, .won), .refund(nil, .all), refund(1000)),
        DecideCase("beside a part's dispute", paid.with(dispute: 700, .open), .refund(nil, .all), refund(300)),
        DecideCase("a dispute", paid.with(dispute: 1000, .open), .refund(nil, .all), .refuse(.disputed(refundable: 0))),
        DecideCase("a lost dispute", paid.with(dispute: 1000, .lost), .refund(100, .all), .refuse(.disputed(refundable: 0))),
        DecideCase(
            "more than a dispute leaves", paid.with(dispute: 700, .underReview), .refund(400, .all),
            .refuse(.disputed(refundable: 300))),
        DecideCase(
            "more than was captured, beside a dispute", paid.with(dispute: 700, .open), .refund(1001, .all),
            .refuse(.refundExceeds(refundable: 300))),
        DecideCase("too much", paid.with(refund: 400, .pending), .refund(601, .all), .refuse(.refundExceeds(refundable: 600))),
        DecideCase(
            "nothing is left", paid.with(refund: 1000, .pending), .refund(nil, .all), .refuse(.refundExceeds(refundable: 0))),
        DecideCase("nothing", paid, .refund(0, .all), .refuse(.amountNotPositive)),
        DecideCase("a part, all or nothing", paid, .refund(400, .refunds), .refuse(.wholeAmountOnly(.refund))),
        DecideCase(
            "the rest, all or nothing", paid.with(refund: 400, .succeeded), .refund(nil, .refunds),
            .refuse(.wholeAmountOnly(.refund))),
        DecideCase("no refunds", paid, .refund(nil, []), .refuse(.unsupported(.refund))),
        DecideCase("open", .shown(.processing), .refund(nil, .all), .refuse(.status(.processing, .refund))),
        DecideCase("authorized", authorized, .refund(nil, .all), .refuse(.status(.requiresCapture, .refund))),
        DecideCase("canceled", .shown(.canceled), .refund(nil, .all), .refuse(.status(.canceled, .refund))),
    ]

    static let storedRefusals: [(Refusal, Bool)] = [
        (.orderAlreadyPaid, true),
        (.inReview(.capturedLess), true),
        (.status(.canceled, .confirm), true),
        (.otherPaymentOpen, true),
        (.otherPaymentDiffers, true),
        (.disputed(refundable: 0), true),
        (.refundExceeds(refundable: 0), true),
        (.busy(.confirm), false),
        (.captureExceeds(amount: 1000), false),
        (.wholeAmountOnly(.refund), false),
        (.unsupported(.refund), false),
        (.amountNotPositive, false),
        (.lookUpOnly, false),
        (.nothingOpen, false),
        (.contradicted, false),
        (.unverified, false),
        (.objectUnknown, false),
        (.objectMissing, false),
    ]
}
