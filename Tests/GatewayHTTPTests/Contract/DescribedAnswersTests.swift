import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("The description of the answers")
struct DescribedAnswersTests {
    private let time = Timestamp(unixSeconds: 1_767_834_000)
    private let description: APIDescription
    private let bodies = ResponseBodies(registry: FixedRegistry())

    init() throws {
        description = try APIDescription()
    }

    /// A transaction with everything that one can have.
    private var transaction: PaymentTransaction {
        get throws {
            var transaction = PaymentTransaction(
                id: 3, orderID: 7, userID: "42", provider: "mock", amount: try money(9990), captureMethod: .automatic,
                status: .requiresAction, metadata: ["cart": "7"], createdAt: time, updatedAt: time
            )
            transaction.paymentIntentID = "pi_1"
            let dispute = Dispute(
                id: "dp_1", paymentIntentID: "pi_1", amount: try money(9990), status: "needs_response", reason: "fraudulent")
            transaction.dispute = dispute
            transaction.disputes = [
                DisputeRecord(id: 1, transactionID: 3, dispute: dispute, changedAt: time, createdAt: time, updatedAt: time)
            ]
            transaction.review = PaymentReview(
                Discrepancy(.capturedLess, 9000), detail: "The provider captured 90.00 USD.", openedAt: time)
            transaction.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://example.test/3ds")
            return transaction
        }
    }

    private func expect(_ bytes: [UInt8], _ schema: String) throws {
        let answer = try parse(String(decoding: bytes, as: UTF8.self))
        expectSameMembers(answer, try description.schema(schema), in: description, at: schema)
    }

    @Test("has the members that orders have, and no other")
    func orders() throws {
        let order = Order(
            id: 1, userID: "42", amount: try money(1), status: .pending, description: nil, metadata: [:], createdAt: time,
            updatedAt: time)
        try expect(bodies.order(order), "Order")
        try expect(bodies.orders(Page([order], limit: 1) { PageCursor.text(after: $0.id) }), "OrderPage")
    }

    @Test("has the members that transactions and their histories have, and no other")
    func transactions() throws {
        try expect(bodies.intent(try transaction), "PaymentIntent")
        try expect(bodies.transaction(try transaction), "Transaction")
        try expect(bodies.transactions(Page([try transaction], limit: 1) { PageCursor.text(after: $0.id) }), "TransactionPage")
        let change = HistoryChange(
            type: "create.requested", actor: "user:42", fromStatus: nil, toStatus: HistoryStatus(.processing))
        let entry = HistoryEntry(id: 1, transactionID: 3, change: change, createdAt: time)
        try expect(bodies.history([entry], in: try money(1).currency), "TransactionHistory")
    }

    @Test("has the members that refunds have, and no other")
    func refunds() throws {
        let refund = RefundRecord(
            id: 1, transactionID: 3, operationID: 1, providerRefundID: "re_1", amount: try money(1), status: .succeeded,
            reason: nil, metadata: [:], createdAt: time, updatedAt: time)
        try expect(bodies.refund(refund), "RefundReceipt")
        try expect(bodies.acceptedRefund(refund), "RefundOutcomeUnknown")
        try expect(bodies.refunds([refund]), "RefundList")
    }

    @Test("has the members that providers have, and no other")
    func providers() throws {
        let provider = Provider(
            name: "mock", information: ModuleInformation(displayName: "Mock", version: "1"), digest: "", service: SilentService())
        try expect(bodies.providers([(provider, ProviderHealth(isHealthy: true, message: nil))]), "ProviderList")
        try expect(ProviderCommandRoutes.body(of: [ProviderCommand(name: "a", help: "b")]), "ProviderCommandList")
        try expect(ProviderCommandRoutes.body(of: "text"), "CommandOutput")
    }

    @Test("has the words of every status, and no other")
    func statuses() throws {
        func words(_ schema: String) throws -> Set<String> {
            Set(try description.schema(schema)["enum"].elements.compactMap(\.text))
        }
        #expect(try words("OrderStatus") == Set(Order.Status.allCases.map(\.rawValue)))
        #expect(try words("TransactionStatus") == Set(PaymentStatus.allCases.map(\.rawValue)))
        #expect(try words("HistoryStatus") == Set(PaymentStatus.allCases.map(\.rawValue) + ["manual_review"]))
        #expect(try words("ReviewCode") == Set(DiscrepancyCode.allCases.map(\.rawValue)))
        let refund: [Refund.Status] = [.pending, .requiresAction, .succeeded, .failed, .canceled]
        #expect(try words("RefundStatus") == Set(refund.map(\.rawValue) + ["unknown"]))
    }
}

/// Expects an answer that has everything to have exactly the members of its schema, those of its objects and arrays included.
func expectSameMembers(
    _ answer: JSONValue, _ schema: JSONValue, in description: APIDescription, at place: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    var schema = description.resolve(schema)
    if case .array(let choices) = schema["oneOf"],
        let other = choices.map(description.resolve).first(where: { $0["type"] != .string("null") })
    {
        schema = other
    }
    switch answer {
    // Pairs of the client's own.
    case .object where schema["additionalProperties"] != .null && schema["properties"] == .null: break
    case .object(let members):
        let described = schema["properties"].members
        #expect(Set(members.keys) == Set(described.keys), "\(place)", sourceLocation: sourceLocation)
        for (name, value) in members {
            expectSameMembers(
                value, described[name] ?? .null, in: description, at: "\(place).\(name)", sourceLocation: sourceLocation)
        }
    case .array(let elements):
        for element in elements {
            expectSameMembers(element, schema["items"], in: description, at: place, sourceLocation: sourceLocation)
        }
    default: break
    }
}
