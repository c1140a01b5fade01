import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

/// What a caller can ask about someone's payment, or do to it.
private struct Access: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let status: PaymentStatus
    let perform: @Sendable (TestGateway, TestGateway.Subject, Principal) async throws -> Void

    private init(
        _ name: String, in status: PaymentStatus = .succeeded,
        _ perform: @escaping @Sendable (TestGateway, TestGateway.Subject, Principal) async throws -> Void
    ) {
        testDescription = name
        self.status = status
        self.perform = perform
    }

    static let all: [Access] = [
        Access("an order") { _ = try await $0.orders.order($1.order.id, for: $2) },
        Access("a payment") { gateway, subject, caller in
            _ = try await gateway.queries.transaction(try await gateway.transaction(of: subject.order).id, for: caller)
        },
        Access("a history") { gateway, subject, caller in
            _ = try await gateway.queries.history(
                transactionID: try await gateway.transaction(of: subject.order).id, for: caller)
        },
        Access("refunds") { _ = try await $0.queries.refunds(of: IntentReference(id: $1.intent), for: $2) },
        Access("a refresh") { _ = try await $0.queries.refreshed(IntentReference(id: $1.intent), for: $2, requestID: "r") },
        Access("a selected refresh") {
            _ = try await $0.queries.refreshed(IntentReference(id: $1.intent, provider: "acme"), for: $2, requestID: "r")
        },
        Access("another intent", in: .requiresPaymentMethod) { _ = try await $0.create($1.order, request($2)) },
        Access("a confirmation", in: .requiresPaymentMethod) { _ = try await $0.confirm($1.intent, request($2)) },
        Access("a cancellation", in: .requiresPaymentMethod) { _ = try await $0.cancel($1.intent, request($2)) },
        Access("a capture", in: .requiresCapture) { _ = try await $0.capture($1.intent, request($2)) },
        Access("a refund") { _ = try await $0.refund($1.intent, request($2)) },
    ]

    /// A payment of a user that this access is for.
    func payment(of user: Subject, in gateway: TestGateway) async throws -> TestGateway.Subject {
        let order = try await gateway.order(user: user)
        _ = try await gateway.create(order, capture: status == .requiresCapture ? .manual : .automatic)
        let intent = try #require(try await gateway.transaction(of: order).paymentIntentID)
        if status != .requiresPaymentMethod { _ = try await gateway.confirm(intent) }
        try #require(try await gateway.transaction(of: order).status == status)
        return TestGateway.Subject(order: order, intent: intent)
    }
}

/// Users that `String` takes for one another. Rows of earlier versions may belong to either.
private let pairs: [(Subject, Subject)] = [("Kelvin", "\u{212A}elvin"), ("Ren\u{E9}", "Rene\u{301}"), ("\u{C5}sa", "\u{212B}sa")]

@Suite("A user whose name is canonically equivalent to the owner's", .timeLimit(.minutes(10)))
struct EquivalentOwnerTests {
    @Test("sees and changes nothing of the owner's, in either direction", arguments: Access.all, pairs)
    fileprivate func access(_ access: Access, _ pair: (Subject, Subject)) async throws {
        for (user, stranger) in [pair, (pair.1, pair.0)] {
            try await withGateway { gateway in
                let payment = try await access.payment(of: user, in: gateway)
                let before = try await gateway.books(of: payment.order)
                await expectRefusal(.notFound) {
                    try await access.perform(gateway, payment, Principal(subject: stranger, isAdmin: false))
                }
                #expect(try await gateway.books(of: payment.order) == before)
                // Owners do not capture.
                try await access.perform(gateway, payment, Principal(subject: user, isAdmin: access.status == .requiresCapture))
            }
        }
    }

    @Test("has lists and idempotency keys of their own", arguments: pairs)
    func listsAndKeys(_ user: Subject, _ stranger: Subject) async throws {
        try await withGateway { gateway in
            let callers = [user, stranger].map { Principal(subject: $0, isAdmin: false) }
            for caller in callers {
                let answer = try await gateway.orders.create(
                    NewOrder(userID: caller.subject, amount: usd(100)), request(caller, key: "same key"))
                #expect(answer.status == 201 && !answer.isReplay)
            }
            for (index, caller) in callers.enumerated() {
                let own = try await gateway.orders.orders(OrderQuery(userID: nil, limit: 10), for: caller)
                #expect(own.map(\.id) == [Int64(index + 1)])
                #expect(try await gateway.create(try #require(own.first), request(caller)).status == 201)
                #expect(try await gateway.queries.transactions(TransactionQuery(userID: nil, limit: 10), for: caller).count == 1)
            }
        }
    }
}
