import Foundation
import ProviderAPI
import Testing

@testable import GatewayCore

/// docs/clients.md draws which status follows which. It may draw nothing that the books do not do, and leave nothing out.
@Suite("The diagram of a payment's life in docs/clients.md", .timeLimit(.minutes(10)))
struct LifecycleDiagramTests {
    private struct Edge: Hashable, CustomStringConvertible {
        let from: String
        let to: String

        init(_ from: String, _ to: String) {
            self.from = from
            self.to = to
        }

        var description: String { "\(from) -> \(to)" }
    }

    private typealias Diagram = (inner: Set<Edge>, outer: Set<Edge>, open: Set<String>)

    @Test("It has all that the books do and nothing else, and each status is in it")
    func diagram() async throws {
        let diagram = try Self.read()
        #expect(diagram.open == Set(TransactionStatus.allCases.filter(Self.isOpen).map(\.rawValue)))
        for edge in diagram.inner { #expect(diagram.open.contains(edge.from) && diagram.open.contains(edge.to), "\(edge)") }
        // Each status of `open` may follow each, as the page says; only the usual ways are drawn.
        var drawn = Set(diagram.open.flatMap { from in diagram.open.filter { $0 != from }.map { Edge(from, $0) } })
        for edge in diagram.outer {
            for from in edge.from == "open" ? diagram.open : [edge.from] { drawn.insert(Edge(from, edge.to)) }
        }
        try await withGateway { gateway in
            var done = try await Self.byIntents(in: gateway)
            done.formUnion(try await Self.byRefunds(in: gateway))
            done.formUnion(try await Self.byReview(in: gateway))
            #expect(drawn.subtracting(done) == [], "drawn, and not done")
            #expect(done.subtracting(drawn) == [], "done, and not drawn")
        }
    }

    private static func isOpen(_ status: TransactionStatus) -> Bool { !status.isTerminal && status != .manualReview }

    private static func read() throws -> Diagram {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/clients.md")
        let parts = try String(contentsOf: page, encoding: .utf8).split(separator: "stateDiagram-v2")
        let lines = try #require(parts.dropFirst().first).split(separator: "\n").prefix { $0 != "```" }
        var diagram: Diagram = ([], [], [])
        var isInside = false
        for line in lines.map({ $0.trimmingCharacters(in: .whitespaces) }) {
            if line == "state open {" { isInside = true }
            if line == "}" { isInside = false }
            guard let match = line.wholeMatch(of: /(\S+) --> (\w+)(?:: .*)?/) else { continue }
            let edge = Edge(String(match.1), String(match.2))
            if isInside { diagram.open.formUnion(Set([edge.from, edge.to]).subtracting(["[*]"])) }
            if edge.from == "[*]" { continue }
            if isInside { diagram.inner.insert(edge) } else { diagram.outer.insert(edge) }
        }
        return diagram
    }

    // MARK: What the books do

    /// What becomes of a payment of 100 minor units, `refunded` of them given back, when `step` is booked on it.
    private static func edge(
        from status: TransactionStatus, refunded: Int64 = 0, in gateway: TestGateway,
        _ step: @escaping @Sendable (Bookkeeper, PaymentTransaction, Bookkeeper.Note) throws -> Void
    ) async throws -> Edge {
        try await gateway.store.write { writer in
            let now = Timestamp(unixMilliseconds: 0)
            let amount = Money(minorUnits: 100, currency: try #require(Currency("USD")))
            let order = try writer.insertOrder(NewOrder(userID: "42", amount: amount), at: now)
            var new = PaymentTransaction(
                id: 0, orderID: order.id, userID: "42", provider: "acme", amount: amount, captureMethod: .automatic,
                status: status, metadata: [:], createdAt: now, updatedAt: now)
            new.paymentIntentID = "pi_\(order.id)"
            new.captured = status.isPaid ? 100 : 0
            new.refunded = refunded
            let transaction = try writer.insertTransaction(new)
            if refunded > 0 {
                _ = try writer.insertRefund(
                    RefundRecord(
                        id: 0, transactionID: transaction.id, operationID: nil, providerRefundID: "re_1",
                        amount: Money(minorUnits: min(refunded, 50), currency: amount.currency), status: .succeeded, reason: nil,
                        metadata: [:], createdAt: now, updatedAt: now))
            }
            let books = Bookkeeper(writer: writer, now: now, actor: .webhook("evt_1"))
            try step(books, transaction, Bookkeeper.Note("test"))
            let after = try #require(try writer.transaction(transaction.id))
            return Edge(status.rawValue, after.status.rawValue)
        }
    }

    /// News of a payment intent.
    private static func byIntents(in gateway: TestGateway) async throws -> Set<Edge> {
        let states: [PaymentIntent.Status] = [
            .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .canceled, .succeeded,
        ]
        var edges: Set<Edge> = []
        for from in TransactionStatus.allCases where from != .manualReview {
            for state in states {
                for isDeclined in state == .requiresPaymentMethod ? [false, true] : [false] {
                    let edge = try await edge(from: from, refunded: refunded(in: from), in: gateway) { books, transaction, note in
                        var intent = PaymentIntent(
                            id: transaction.paymentIntentID ?? "", status: state, amount: transaction.amount)
                        if state == .succeeded { intent.amountCaptured = transaction.amount.minorUnits }
                        if isDeclined {
                            intent.lastError = PaymentFailure(code: "card_declined", declineCode: nil, message: "No.")
                        }
                        _ = try books.book(intent, on: transaction, note: note)
                    }
                    edges.insert(edge)
                }
            }
        }
        return edges.filter { $0.from != $0.to }
    }

    /// Refunds that succeed, and those that fail after they had.
    private static func byRefunds(in gateway: TestGateway) async throws -> Set<Edge> {
        let steps: [(from: TransactionStatus, refunded: Int64, id: String, amount: Int64, status: Refund.Status)] = [
            (.succeeded, 0, "re_2", 50, .succeeded), (.succeeded, 0, "re_2", 100, .succeeded),
            (.partiallyRefunded, 50, "re_2", 50, .succeeded), (.partiallyRefunded, 50, "re_1", 50, .failed),
            (.refunded, 100, "re_1", 50, .failed),
        ]
        var edges: Set<Edge> = []
        for step in steps {
            let edge = try await edge(from: step.from, refunded: step.refunded, in: gateway) { books, transaction, note in
                let refund = Refund(
                    id: step.id, paymentIntentID: transaction.paymentIntentID ?? "",
                    amount: Money(minorUnits: step.amount, currency: transaction.amount.currency), status: step.status)
                _ = try books.book(refund, as: nil, on: transaction, note: note)
            }
            edges.insert(edge)
        }
        return edges.union(try await byAWholeRefundThatFails(in: gateway))
    }

    /// One refund of all that was paid, made elsewhere, which fails.
    private static func byAWholeRefundThatFails(in gateway: TestGateway) async throws -> Set<Edge> {
        _ = try await edge(from: .succeeded, in: gateway) { books, transaction, note in
            var refund = Refund(
                id: "re_2", paymentIntentID: transaction.paymentIntentID ?? "", amount: transaction.amount, status: .succeeded)
            guard case .booked(_, let refunded) = try books.book(refund, as: nil, on: transaction, note: note) else {
                throw StoreError.constraint("not booked")
            }
            #expect(refunded.status == .refunded)
            refund.status = .failed
            guard case .booked(_, let restored) = try books.book(refund, as: nil, on: refunded, note: note) else {
                throw StoreError.constraint("not booked")
            }
            #expect(restored.status == .succeeded)
        }
        return [Edge("refunded", "succeeded")]
    }

    /// A contradiction.
    private static func byReview(in gateway: TestGateway) async throws -> Set<Edge> {
        var edges: Set<Edge> = []
        for from in TransactionStatus.allCases where from != .manualReview {
            let edge = try await edge(from: from, refunded: refunded(in: from), in: gateway) { books, transaction, note in
                _ = try books.review(transaction, because: "a test", note: note)
            }
            edges.insert(edge)
        }
        return edges
    }

    private static func refunded(in status: TransactionStatus) -> Int64 {
        switch status {
        case .partiallyRefunded: 50
        case .refunded: 100
        default: 0
        }
    }
}
