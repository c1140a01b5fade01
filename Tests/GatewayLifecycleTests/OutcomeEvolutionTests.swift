import GatewayLifecycle
import Testing

/// What a payment becomes when one of its operations has an outcome: the kind of operation and the result, from one table.
@Suite struct OutcomeEvolutionTests {
    @Test("An outcome ends an operation or leaves it open as the table says", arguments: cells)
    func outcome(_ cell: Cell) throws {
        let before = try #require(Self.payment(with: cell.kind, attempt: cell.attempt))
        let result = try #require(Self.results[cell.result])
        let evidence = try #require(Self.evidences[cell.evidence])
        let evolution = rules.evolve(before, by: .outcome(result, evidence))
        let isOpen = evolution.state.operations.contains { $0.id == 10 }
        let end = evolution.ended.first { $0.id == 10 }
        #expect(isOpen == (end == nil) && end?.reason == cell.reason)
        #expect(end.map { $0.succeeded == ($0.reason == .completed) } ?? true)
        #expect(evolution.state.status == cell.status)
        #expect(evolution.kept == (isOpen ? [10] : []))
        #expect(!evolution.notes.isEmpty)
        #expect(TransitionTable.allows(before.status, evolution.state.status))
        if let open = evolution.state.operations.first(where: { $0.id == 10 }) {
            #expect(open.isUnknown && open.mayHaveBeenSent && !open.isLeased)
        }
        if case .refund = cell.kind, !isOpen {
            let refund = try #require(evolution.state.refunds.first { $0.operation == 10 })
            #expect(refund.status.givesBack == (evolution.ended.first?.succeeded ?? false))
        }
    }

    @Test(
        "A look-up without an answer leaves an operation that was never sent as it is, without its lease",
        arguments: OperationKind.allCases)
    func lookUpFails(_ kind: OperationKind) throws {
        let before = try #require(Self.payment(with: kind, attempt: "first"))
        let evolution = rules.evolve(before, by: .outcome(.lookUpFailed))
        let open = try #require(evolution.state.operations.first)
        #expect(!open.isUnknown && !open.mayHaveBeenSent && !open.isLeased && evolution.kept == [10])
        #expect(!evolution.notes.contains(.outcomeUnknown(kind)))
        let sent = try #require(Self.payment(with: kind, attempt: "later")).after(.outcome(.lookUpFailed))
        #expect(sent.operations.map(\.isUnknown) == [true])
    }

    @Test(
        "A declined payment is failed, whatever status its intent has in the answer", arguments: [OperationKind.create, .confirm])
    func declined(_ kind: OperationKind) throws {
        let before = try #require(Self.payment(with: kind, attempt: "first"))
        let evolution = rules.evolve(before, by: .outcome(.declined(.pi(.requiresPaymentMethod))))
        #expect(evolution.state.status == .failed && evolution.texts.failure == .take)
    }

    struct Cell: Sendable, CustomTestStringConvertible {
        let attempt: String
        let result: String
        let evidence: String
        let kind: OperationKind
        let reason: OperationEnd.Reason?
        let status: PaymentStatus

        var testDescription: String { "\(kind), \(attempt) call, \(result), evidence \(evidence)" }
    }

    /// The payment before its call: one that the provider has not shown yet, has just created, has authorized, or has captured.
    static func payment(with kind: OperationKind, attempt: String) -> PaymentState? {
        let operation =
            switch attempt {
            case "first": OpenOperation.open(kind, leased: true)
            case "later": OpenOperation.open(kind, unknown: true, leased: true)
            case "looked": OpenOperation.open(kind, unknown: true, leased: true, looks: 1)
            default: OpenOperation?.none
            }
        return operation.map { operation in
            switch kind {
            case .create: PaymentState.shown(nil).with(operation)
            case .confirm, .cancel: PaymentState.shown(.requiresPaymentMethod).with(operation)
            case .capture: PaymentState.shown(.requiresCapture, manual: true).with(operation)
            case .refund: PaymentState.shown(.succeeded).with(operation)
            }
        }
    }

    static let results: [String: CallResult] = {
        var results: [String: CallResult] = [
            "declined": .declined(nil), "not-sent": .notSent, "unknown": .unknown, "found-nothing": .found(.nothing),
            "declined+declined": .declined(.pi(.declined)), "declined+authorized": .declined(.pi(.requiresCapture)),
            "refused+canceled": .refused(.invalidState, .pi(.canceled)), "refused+paid": .refused(.invalidState, .pi(.succeeded)),
            "found-no-refund": .found(.refunds([])),
            "found-own-refund": .found(.refunds([.re(.succeeded, operation: 10)])),
            "found-own-failed": .found(.refunds([.re(.failed, operation: 10)])),
            "found-nameless": .found(.refunds([.re(.pending)])),
            "found-nameless-300": .found(.refunds([.re(.pending, amount: 300)])),
            "found-others": .found(.refunds([.re(.pending, operation: 99)])),
            "refund-in-euros": .refund(.re(.succeeded, isOrderCurrency: false)),
            "other-intent": .intent(.pi(.succeeded, id: "pi_2")),
        ]
        for status in IntentStatus.allCases {
            results["intent-\(status)"] = .intent(.pi(status))
            results["found-\(status)"] = .found(.intent(.pi(status)))
        }
        for status in RefundStatus.allCases { results["refund-\(status)"] = .refund(.re(status)) }
        for reason in RefusalReason.allCases { results["refused-\(reason)"] = .refused(reason, nil) }
        return results
    }()

    static let evidences: [String: Evidence] = [
        "none": Evidence(), "conclusive": .conclusive, "too-early": Evidence(isLookUpComplete: true),
        "incomplete": Evidence(isLastCallOld: true), "key": .key(nil), "key+nothing": .key(.nothing),
        "key+partial": .key(.nothing, isComplete: false),
        "key+open": .key(.intent(.pi(.requiresPaymentMethod))), "key+author": .key(.intent(.pi(.requiresCapture))),
        "key+paid": .key(.intent(.pi(.succeeded))), "key+no-refund": .key(.refunds([])),
        "key+refund": .key(.refunds([.re(.pending, operation: 10)])), "key+nameless": .key(.refunds([.re(.pending)])),
        "nothing": Evidence(lookUpAfterRefusal: .nothing),
    ]

    static let kinds: [OperationKind] = [.create, .confirm, .capture, .cancel, .refund]

    static let statuses: [String: PaymentStatus] = [
        "method": .requiresPaymentMethod, "confirm": .requiresConfirmation, "action": .requiresAction, "process": .processing,
        "author": .requiresCapture, "paid": .succeeded, "failed": .failed, "canceled": .canceled, "part": .partiallyRefunded,
    ]

    static let reasons: [String: OperationEnd.Reason] = [
        "ok": .completed, "dc": .declined, "rj": .rejected, "ns": .notSent, "nx": .notExecuted,
        "rf": .refundFailed,
    ]

    static let cells: [Cell] = OutcomeTable.text.split(separator: "\n").flatMap { line -> [Cell] in
        let columns = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
        guard columns.count == 6, columns[0].count == 3 else { return [] }
        return zip(kinds, columns.dropFirst()).compactMap { kind, words in
            guard words.count == 2, let status = statuses[words[1]], words[0] == ".." || reasons[words[0]] != nil else {
                return nil
            }
            return Cell(
                attempt: columns[0][0], result: columns[0][1], evidence: columns[0][2], kind: kind, reason: reasons[words[0]],
                status: status
            )
        }
    }

    @Test("The table names every result and every piece of evidence, and has no cell that cannot be read")
    func tableIsComplete() {
        let lines = OutcomeTable.text.split(separator: "\n").count
        #expect(Self.cells.count + OutcomeTable.omitted == lines * Self.kinds.count)
        #expect(Set(Self.cells.map(\.result)) == Set(Self.results.keys))
        #expect(Set(Self.cells.map(\.evidence)) == Set(Self.evidences.keys))
    }

    @Test("A late outcome of an operation that has ended changes nothing", arguments: results.keys.sorted())
    func endsOnce(_ result: String) throws {
        let state = PaymentState.shown(.requiresAction)
        let evolution = rules.evolve(state, by: .outcome(try #require(Self.results[result])))
        #expect(evolution == rules.evolve(state, by: .siblingsChanged))
    }

    @Test("Look-ups that find no trace are counted up to two")
    func tracelessLooks() {
        var state = PaymentState.shown(.requiresPaymentMethod).with(.open(.confirm, unknown: true, leased: true))
        let counts = (1...3).map { _ in
            state = state.after(.outcome(.found(.intent(.pi(.requiresPaymentMethod)))))
            return state.operations.first?.tracelessLooks
        }
        #expect(counts == [1, 2, 2])
    }

    @Test("A cancellation at the provider ends what it excludes, and leaves refunds and operations at work alone")
    func cancellationEndsOthers() {
        let state = PaymentState.shown(.requiresAction)
            .with(.open(.cancel, leased: true))
            .with(.open(.confirm, id: 11, unknown: true))
            .with(.open(.capture, id: 12, unknown: true, leased: true))
        let evolution = rules.evolve(state, by: .outcome(.intent(.pi(.canceled))))
        #expect(evolution.ended.map(\.id) == [10, 11])
        #expect(evolution.ended.map(\.reason) == [.completed, .canceled])
        #expect(evolution.state.operations.map(\.id) == [12])
    }

    @Test(
        "A refund that a webhook showed is made, whatever its call came back with",
        arguments: [
            CallResult.unknown, .notSent, .declined(nil), .refused(.invalidRequest, nil), .found(.nothing),
        ])
    func webhookWasFaster(_ result: CallResult) {
        let state = PaymentState.shown(.succeeded).with(.open(.refund, leased: true)).after(
            .reported(.re(.pending, operation: 10)))
        let evolution = rules.evolve(state, by: .outcome(result))
        #expect(evolution.ended.map(\.reason) == [.completed])
        #expect(evolution.state.reserved == 400)
    }

    @Test("The capture that a provider carried out is what the gateway asked for, so that a part is no discrepancy")
    func partialCapture() {
        var operation = OpenOperation(id: 10, kind: .capture, amount: 400)
        operation.isLeased = true
        let state = PaymentState.shown(.requiresCapture, manual: true).with(operation)
        let captured = state.after(.outcome(.intent(.pi(.succeeded, captured: 400))))
        #expect(captured.captured == 400 && captured.captureAsked == 400 && captured.discrepancy == nil)
        #expect(state.after(.outcome(.intent(.pi(.succeeded, captured: 300)))).discrepancy == Discrepancy(.capturedLess, 300))
        #expect(state.after(.outcome(.intent(.pi(.succeeded, captured: 500)))).discrepancy == Discrepancy(.capturedMore, 500))
    }
}
