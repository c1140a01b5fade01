import GatewayLifecycle
import Testing

/// What a payment becomes when its provider shows the intent: the books' state, the intent's status and the authority, from one
/// table.
@Suite struct IntentEvolutionTests {
    @Test("An intent changes the books as the table says, and never leaves the table of transitions", arguments: cells)
    func intent(_ cell: Cell) throws {
        let before = try #require(Self.books[cell.books])
        let evolution = rules.evolve(before, by: .intent(cell.sight, cell.authority))
        let after = evolution.state
        #expect(TransitionTable.allows(before.status, after.status))
        #expect(
            rules.evolve(after, by: .intent(cell.sight, cell.authority)).state == after,
            "The same intent a second time is no news")
        var unchanged = before
        unchanged.intentID = after.intentID
        if [".", "fetch", "again", "cancel"].contains(cell.expected) {
            let isUnchanged = after == (cell.expected == "again" ? unchanged : before)
            #expect(isUnchanged)
        }
        switch cell.expected {
        case ".": #expect(evolution.followUps.isEmpty && evolution.planned.isEmpty && evolution.notes.isEmpty)
        case "fetch": #expect(evolution.followUps == [.fetchIntent])
        case "again": #expect(evolution.followUps == [.fetchAgain])
        case "cancel": #expect(evolution.planned == [PlannedOperation(.cancel, reason: .superfluous)])
        case "taken":
            #expect(after.status == cell.sight.status.paymentStatus)
            #expect(after.mayStillBePaid)
        case "paid":
            #expect(after.isPaid && after.capturedAtProvider == cell.sight.captured ?? cell.sight.amount)
            #expect(after.discrepancy == nil)
        case "canceled": #expect(after.status == .canceled && after.isCanceledAtProvider)
        case "expired": #expect(after.status == .canceled && after.isExpired)
        case "flag": #expect(after.isCanceledAfterCapture && after.discrepancy == nil)
        default:
            #expect(after.isPaid)
            #expect(after.discrepancy?.code == Self.codes[cell.expected])
        }
    }

    struct Cell: Sendable, CustomTestStringConvertible {
        let books: String
        let authority: Authority
        let sight: IntentSight
        let expected: String

        var testDescription: String {
            "\(books), \(authority) \(sight.status)\(sight.captured.map { " \($0)" } ?? ""): \(expected)"
        }
    }

    static let columns: [IntentSight] = [
        .pi(.requiresPaymentMethod), .pi(.declined), .pi(.requiresConfirmation), .pi(.requiresAction), .pi(.processing),
        .pi(.requiresCapture), .pi(.succeeded), .pi(.succeeded, captured: 1500), .pi(.succeeded, captured: 400), .pi(.canceled),
        .pi(.expired),
    ]

    static let authorities: [String: Authority] = [
        "reported": .reported, "stale": .fetched(atVersion: -1), "fresh": .fetched(atVersion: 0), "own": .own,
    ]

    static let books: [String: PaymentState] = [
        "new": .shown(nil),
        "open": .shown(.requiresPaymentMethod),
        "at-work": PaymentState.shown(.processing).with(.open(.confirm, leased: true)),
        "authorized": .shown(.requiresCapture, manual: true),
        "canceled": .shown(.canceled),
        "expired": .shown(.expired),
        "superseded": .shown(.requiresPaymentMethod) { $0.closure = .superseded },
        "local": .shown(.requiresPaymentMethod) { $0.closure = .local },
        "paid": .shown(.succeeded),
        "part-back": PaymentState.shown(.succeeded).with(refund: 400, .succeeded),
        "all-back": PaymentState.shown(.succeeded).with(refund: 1000, .succeeded),
        "declared": .shown(.requiresPaymentMethod) { $0.capturedByOperator = 1000 },
        "late-paid": .shown(.succeeded) { $0.isCanceledAtProvider = true },
    ]

    /// The cells of a row are those of ``columns``. `.` is nothing; `fetch` and `again` ask for the object and change nothing;
    /// `cancel` plans a cancellation; `flag` is a difference that needs nobody because all money is back; a code is a discrepancy
    /// on a paid payment.
    static let table = """
        books      authority | rpm    declin confir action proces captur | paid   more   less   | canceled expired
        new        reported  | fetch  fetch  fetch  fetch  fetch  fetch  | fetch  fetch  fetch  | fetch    fetch
        new        stale     | again  again  again  again  again  again  | paid   more   less   | canceled expired
        new        fresh     | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        new        own       | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        open       reported  | fetch  fetch  fetch  fetch  fetch  fetch  | paid   fetch  fetch  | canceled expired
        open       stale     | again  again  again  again  again  again  | paid   more   less   | canceled expired
        open       fresh     | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        open       own       | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        at-work    reported  | fetch  fetch  fetch  fetch  fetch  fetch  | paid   fetch  fetch  | canceled expired
        at-work    stale     | again  again  again  again  again  again  | paid   more   less   | canceled expired
        at-work    fresh     | again  again  again  again  again  again  | paid   more   less   | canceled expired
        at-work    own       | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        authorized reported  | fetch  fetch  fetch  fetch  fetch  fetch  | paid   fetch  paid   | canceled expired
        authorized stale     | again  again  again  again  again  again  | paid   more   paid   | canceled expired
        authorized fresh     | taken  taken  taken  taken  taken  taken  | paid   more   paid   | canceled expired
        authorized own       | taken  taken  taken  taken  taken  taken  | paid   more   paid   | canceled expired
        canceled   reported  | .      .      .      .      .      .      | fetch  fetch  fetch  | .        expired
        canceled   stale     | .      .      .      .      .      .      | late   late   late   | .        expired
        canceled   fresh     | .      .      .      .      .      .      | late   late   late   | .        expired
        canceled   own       | .      .      .      .      .      .      | late   late   late   | .        expired
        expired    reported  | .      .      .      .      .      .      | fetch  fetch  fetch  | canceled .
        expired    stale     | .      .      .      .      .      .      | late   late   late   | canceled .
        expired    fresh     | .      .      .      .      .      .      | late   late   late   | canceled .
        expired    own       | .      .      .      .      .      .      | late   late   late   | canceled .
        superseded reported  | fetch  fetch  fetch  fetch  fetch  fetch  | fetch  fetch  fetch  | canceled expired
        superseded stale     | cancel cancel cancel cancel cancel cancel | late   late   late   | canceled expired
        superseded fresh     | cancel cancel cancel cancel cancel cancel | late   late   late   | canceled expired
        superseded own       | cancel cancel cancel cancel cancel cancel | late   late   late   | canceled expired
        local      reported  | fetch  fetch  fetch  fetch  fetch  fetch  | fetch  fetch  fetch  | canceled expired
        local      stale     | .      .      .      .      .      .      | late   late   late   | canceled expired
        local      fresh     | .      .      .      .      .      .      | late   late   late   | canceled expired
        local      own       | .      .      .      .      .      .      | late   late   late   | canceled expired
        paid       reported  | .      .      .      .      .      .      | .      fetch  fetch  | fetch    fetch
        paid       stale     | .      .      .      .      .      .      | .      more   .      | again    again
        paid       fresh     | .      .      .      .      .      .      | .      more   .      | differs  differs
        paid       own       | .      .      .      .      .      .      | .      more   .      | differs  differs
        part-back  reported  | .      .      .      .      .      .      | .      fetch  fetch  | fetch    fetch
        part-back  stale     | .      .      .      .      .      .      | .      more   .      | again    again
        part-back  fresh     | .      .      .      .      .      .      | .      more   .      | differs  differs
        part-back  own       | .      .      .      .      .      .      | .      more   .      | differs  differs
        all-back   reported  | .      .      .      .      .      .      | .      fetch  fetch  | fetch    fetch
        all-back   stale     | .      .      .      .      .      .      | .      more   .      | again    again
        all-back   fresh     | .      .      .      .      .      .      | .      more   .      | flag     flag
        all-back   own       | .      .      .      .      .      .      | .      more   .      | flag     flag
        declared   reported  | fetch  fetch  fetch  fetch  fetch  fetch  | paid   fetch  fetch  | fetch    fetch
        declared   stale     | again  again  again  again  again  again  | paid   more   less   | again    again
        declared   fresh     | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        declared   own       | taken  taken  taken  taken  taken  taken  | paid   more   less   | canceled expired
        late-paid  reported  | .      .      .      .      .      .      | fetch  fetch  fetch  | fetch    fetch
        late-paid  stale     | .      .      .      .      .      .      | .      late   .      | again    again
        late-paid  fresh     | .      .      .      .      .      .      | .      late   .      | differs  differs
        late-paid  own       | .      .      .      .      .      .      | .      late   .      | differs  differs
        """

    static let codes: [String: DiscrepancyCode] = [
        "late": .paidAfterCancel, "more": .capturedMore, "less": .capturedLess, "differs": .objectDiffers,
    ]

    static let cells: [Cell] = table.split(separator: "\n").dropFirst().flatMap { line in
        let words = line.split(separator: " ").filter { $0 != "|" }.map(String.init)
        return zip(columns, words.dropFirst(2)).compactMap { sight, expected in
            authorities[words[1]].map { Cell(books: words[0], authority: $0, sight: sight, expected: expected) }
        }
    }

    @Test("The table has a row for each state of the books and each authority, and a cell for each status")
    func tableIsComplete() {
        #expect(Self.cells.count == Self.books.count * Self.authorities.count * Self.columns.count)
        #expect(Set(Self.columns.map(\.status)) == Set(IntentStatus.allCases))
    }

    @Test("An intent with a discrepancy closes it where the provider shows the order's amount again")
    func amountIsRightAgain() {
        let other = PaymentState.shown(.requiresAction).after(.fetched(.pi(.requiresAction, amount: 900)))
        #expect(other.discrepancy == Discrepancy(.amountDiffers, 900))
        #expect(other.after(.fetched(.pi(.requiresAction))).discrepancy == nil)
    }

    @Test(
        "A look-up that began before the capture was shown brings no old amount back",
        arguments: [IntentStatus.succeeded, .canceled, .expired])
    func oldAmount(_ end: IntentStatus) {
        let state = PaymentState.shown(end)
        for authority in [Authority.reported, .fetched(atVersion: 0), .own] {
            #expect(state.after(.intent(.pi(.declined, amount: 900), authority)) == state)
        }
    }

    @Test("A capture that the provider shows outranks the amount that an operator declared")
    func declaredAmountGivesWay() throws {
        let declared = try #require(Self.books["declared"])
        let evolution = rules.evolve(declared, by: .fetched(.pi(.succeeded, captured: 400)))
        #expect(evolution.state.captured == 400)
        #expect(evolution.alerts.contains(.declarationContradicted))
    }

    @Test("A captured intent in another currency books no amount, and stays in review")
    func otherCurrency() {
        var sight = IntentSight.pi(.succeeded)
        sight.isOrderCurrency = false
        let state = PaymentState.shown(.requiresAction).after(.fetched(sight))
        #expect(state.captured == 0 && state.status == .processing)
        #expect(state.discrepancy == Discrepancy(.amountDiffers, -1))
    }

    @Test("An intent that is shown as succeeded with nothing captured is processing")
    func nothingCaptured() {
        #expect(PaymentState.shown(.requiresAction).after(.fetched(.pi(.succeeded, captured: 0))).status == .processing)
    }

    @Test(
        "Another intent that claims the payment is a discrepancy, and its status is not the payment's",
        arguments: IntentStatus.allCases)
    func otherIntent(_ status: IntentStatus) {
        let before = PaymentState.shown(.requiresAction)
        #expect(before.after(.reported(.pi(status, id: "pi_2"))) == before)
        let after = before.after(.fetched(.pi(status, id: "pi_2")))
        #expect(after.status == .requiresAction && after.otherIntentID == "pi_2")
        #expect(after.discrepancy == Discrepancy(.objectDiffers, 0))
    }

    @Test("The first intent that the provider shows stays the payment's, and the creation ends with another one all the same")
    func firstIntentStays() {
        let claimed = PaymentState.shown(.requiresAction).with(.open(.create, leased: true))
        let evolution = rules.evolve(claimed, by: .outcome(.intent(.pi(.requiresPaymentMethod, id: "pi_2"))))
        #expect(evolution.state.intentID == "pi_1" && evolution.state.otherIntentID == "pi_2")
        #expect(evolution.ended.map(\.id) == [10])
        #expect(evolution.state.discrepancy?.code == .objectDiffers)
    }
}
