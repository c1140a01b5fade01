import GatewayLifecycle
import Testing

/// The table of transitions, which the code, the diagram and the checkers share.
@Suite struct TransitionTableTests {
    @Test("From every status a final one is reached by the provider's observations alone", arguments: PaymentStatus.allCases)
    func byObservations(_ status: PaymentStatus) {
        #expect(TransitionTable.reachesFinal(from: status, by: [.observation]))
        #expect(TransitionTable.reachesFinal(from: status, by: [.answer]))
    }

    @Test("From every status a final one is reached by an operator's word alone", arguments: PaymentStatus.allCases)
    func byWord(_ status: PaymentStatus) { #expect(TransitionTable.reachesFinal(from: status, by: [.operatorWord])) }

    @Test(
        "A status is final where money was captured or the payment was canceled, and open otherwise",
        arguments: PaymentStatus.allCases)
    func finalOrOpen(_ status: PaymentStatus) {
        #expect(TransitionTable.final.contains(status) == (status.isPaid || status == .canceled))
        #expect(TransitionTable.open.contains(status) == status.isOpen)
    }

    @Test("Each pair of statuses has one row at most, and each row moves")
    func rowsAreUnique() {
        let pairs = TransitionTable.rows.map { [$0.from, $0.to] }
        #expect(Set(pairs).count == pairs.count)
        #expect(TransitionTable.rows.allSatisfy { $0.from != $0.to && !$0.causes.isEmpty })
        #expect(PaymentStatus.allCases.allSatisfy { TransitionTable.allows($0, $0) })
    }

    @Test("No request alone makes a payment paid")
    func requestsDoNotPay() {
        #expect(!TransitionTable.rows.contains { $0.to.isPaid && $0.causes.contains(.request) })
    }

    @Test("A canceled payment can only become a paid one")
    func canceled() {
        let next = TransitionTable.rows.filter { $0.from == .canceled }.map(\.to)
        #expect(Set(next) == [.succeeded, .partiallyRefunded, .refunded])
    }

    @Test("Every step of the diagram is in the table")
    func diagram() throws {
        let lines = TransitionTable.mermaid.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
        #expect(lines.first == "stateDiagram-v2")
        var steps = 0
        for line in lines where line.contains(" --> ") && !line.hasPrefix("[*]") {
            let words = line.split(separator: ":")[0].split(separator: " ").map(String.init)
            let to = try #require(PaymentStatus(rawValue: words[2]))
            let from = words[0] == "open" ? TransitionTable.open : [try #require(PaymentStatus(rawValue: words[0]))]
            for status in from where status != to { #expect(TransitionTable.rows.contains { $0.from == status && $0.to == to }) }
            steps += 1
        }
        #expect(steps == 16)
    }

    static let traces: [(OperationKind, Set<IntentStatus>)] = [
        (.create, Set(IntentStatus.allCases)),
        (.confirm, [.requiresAction, .processing, .requiresCapture, .succeeded, .canceled, .expired]),
        (.capture, [.processing, .succeeded, .canceled, .expired]), (.cancel, [.succeeded, .canceled, .expired]), (.refund, []),
    ]

    @Test("A call leaves its trace in the intent's status", arguments: traces)
    func trace(_ kind: OperationKind, _ expected: Set<IntentStatus>) {
        #expect(Set(IntentStatus.allCases.filter(kind.hasTrace)) == expected)
    }

    @Test(
        "A payment whose call has no outcome is processing until the provider shows the call's trace",
        arguments: IntentStatus.allCases)
    func uncertain(_ status: IntentStatus) {
        guard status.isOpen else { return }
        for kind in [OperationKind.create, .confirm, .capture, .cancel, .refund] {
            let isCertain = kind == .refund || kind.hasTrace(in: status)
            let unknown = PaymentState.shown(status).with(.open(kind, unknown: true))
            #expect(unknown.status == (isCertain ? status.paymentStatus : .processing))
            #expect(PaymentState.shown(status).with(.open(kind, leased: true)).status == status.paymentStatus)
        }
    }
}
