import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What can be asked about payments, and by whom", .timeLimit(.minutes(10)))
struct PaymentQueryTests {
    private static let stranger = Principal(subject: "43", isAdmin: false)

    @Test("What is someone else's answers exactly like what does not exist")
    func someoneElses() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let id = try await gateway.transaction(of: subject.order).id
            let queries = gateway.queries
            let stranger = Self.stranger
            func notFound(_ work: () async throws -> some Any) async -> String? {
                let error = await #expect(throws: GatewayError.self) { _ = try await work() }
                #expect(error?.code == .notFound)
                return error?.detail
            }
            let intent = IntentReference(id: subject.intent)
            let missing = IntentReference(id: "pi_none")
            #expect(
                await notFound { try await queries.transaction(id, for: stranger) }
                    == notFound { try await queries.transaction(999, for: admin) }
            )
            #expect(
                await notFound { try await queries.history(transactionID: id, for: stranger) }
                    == notFound { try await queries.history(transactionID: 999, for: admin) }
            )
            #expect(
                await notFound { try await queries.refunds(of: intent, for: stranger) }
                    == notFound { try await queries.refunds(of: missing, for: admin) }
            )
            #expect(
                await notFound { try await queries.refreshed(intent, for: stranger, requestID: "r") }
                    == notFound { try await queries.refreshed(missing, for: admin, requestID: "r") }
            )
            #expect(
                await notFound { try await gateway.confirm(subject.intent, request(stranger)) }
                    == notFound { try await gateway.confirm("pi_none", request(stranger)) }
            )
            #expect(
                await notFound { try await gateway.orders.order(subject.order.id, for: stranger) }
                    == notFound { try await gateway.orders.order(999, for: admin) }
            )
            await expectRefusal(.notFound) { try await gateway.create(subject.order, request(stranger)) }
            #expect(gateway.service.lookups == 0, "nobody asks the provider for a stranger")
        }
    }

    @Test("Owners see their own payments, admins all", arguments: [owner, admin])
    func visible(_ principal: Principal) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let transaction = try await gateway.transaction(of: subject.order)
            #expect(try await gateway.queries.transaction(transaction.id, for: principal) == transaction)
            #expect(try await gateway.queries.history(transactionID: transaction.id, for: principal).entries.count == 4)
            #expect(try await gateway.queries.refunds(of: IntentReference(id: subject.intent), for: principal).isEmpty)
        }
    }

    @Test("A list holds the caller's own payments, whatever owner the query names")
    func lists() async throws {
        try await withGateway { gateway in
            for user: Subject in ["42", "43", "42"] { _ = try await gateway.create(try await gateway.order(user: user)) }
            var query = TransactionQuery(userID: "43", limit: 10)
            #expect(try await gateway.queries.transactions(query, for: owner).map(\.userID) == ["42", "42"])
            #expect(try await gateway.queries.transactions(query, for: admin).map(\.userID) == ["43"])
            query.userID = nil
            #expect(try await gateway.queries.transactions(query, for: admin).map(\.id) == [3, 2, 1], "newest first")
            #expect(try await gateway.orders.orders(OrderQuery(userID: "43", limit: 10), for: owner).map(\.id) == [3, 1])
        }
    }

    @Test("The same intent id at two providers has to be told apart, but only among what the caller sees")
    func ambiguous() async throws {
        try await withGateway { gateway in
            let (mine, theirs) = (try await gateway.order(), try await gateway.order(user: "43"))
            #expect(try await gateway.create(mine, provider: "acme").status == 201)
            #expect(try await gateway.create(theirs, provider: "other").status == 201)
            let intent = IntentReference(id: "pi_1")
            await expectRefusal(.ambiguousIntent) { try await gateway.queries.refunds(of: intent, for: admin) }
            await expectRefusal(.ambiguousIntent) { try await gateway.confirm("pi_1") }
            let selected = IntentReference(id: "pi_1", provider: "other")
            #expect(try await gateway.queries.refreshed(selected, for: admin, requestID: "r").userID == "43")
            #expect(try await gateway.queries.refreshed(intent, for: owner, requestID: "r").userID == "42")
        }
    }

    @Test("Asking for a payment brings its state from the provider")
    func refreshed() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
            let seen = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            #expect(seen.status == .succeeded)
            #expect(try await gateway.books(of: subject.order).order == .completed)
            #expect(try await gateway.history(of: subject.order).last?.type == "refreshed")
            let again = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            #expect(again == seen, "where nothing is new nothing is written")
        }
    }

    @Test("A refresh that contradicts the books opens a discrepancy, with an alert")
    func contradiction() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(PaymentIntent(id: subject.intent, status: .succeeded, amount: usd(1)))
            let seen = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            #expect(seen.status == .succeeded && seen.captured == 1)
            #expect(seen.review?.discrepancy == Discrepancy(.amountDiffers, 1))
            #expect(gateway.log.lines.contains { $0.level == .critical })
        }
    }

    @Test("Where the provider cannot be asked the books answer")
    func providerDown() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            let seen = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            #expect(seen.status == .requiresPaymentMethod)
        }
    }

    @Test("A refresh never overwrites what was written while the provider was asked")
    func staleRefresh() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let intent = try #require(gateway.service.intent(subject.intent))
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            async let seen = gateway.queries.refreshed(IntentReference(id: intent.id), for: owner, requestID: "r")
            await gate.reached()
            gateway.service.script(.confirm, .act(.requiresAction))
            #expect(try await gateway.confirm(intent.id).status == 200)
            gate.open()
            #expect(try await seen.status == .requiresAction)
            #expect(try await gateway.books(of: subject.order).status == .requiresAction)
        }
    }

    @Test("A refresh leaves a payment alone on which a call is at work")
    func refreshDuringCall() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .actThenWait(gate, .processing))
            async let answer = gateway.confirm(subject.intent)
            await gate.reached()
            let seen = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            #expect(seen.status == .requiresPaymentMethod)
            gate.open()
            #expect(try await answer.text.hasPrefix("transaction 1 processing"))
        }
    }

    @Test("No client secret reaches a log line")
    func secretsStayOut() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            _ = try await gateway.refund(subject.intent)
            _ = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "r")
            try await gateway.deliver(event("evt_1", .paymentIntent(try #require(gateway.service.intent(subject.intent)))))
            let text = gateway.log.lines.map { "\($0.message) \($0.metadata)" }.joined()
            #expect(!text.isEmpty)
            #expect(!text.contains(ScriptedService.clientSecretMark))
        }
    }
}
