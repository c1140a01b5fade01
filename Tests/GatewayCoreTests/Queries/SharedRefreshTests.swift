import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayCore

@Suite("Clients that ask for one payment at the same moment", .timeLimit(.minutes(10)))
struct SharedRefreshTests {
    /// Asks for a payment so many times at once, while the provider's answer waits at a gate.
    private func ask(
        _ count: Int, for intents: [String], of gateway: TestGateway, _ meanwhile: (Gate) async throws -> Void
    ) async throws -> [Result<PaymentTransaction, any Error>] {
        let gate = Gate()
        gateway.service.holdRetrievals(at: gate)
        return try await withThrowingTaskGroup { group in
            for index in 0..<count {
                group.addTask {
                    do {
                        let reference = IntentReference(id: intents[index % intents.count])
                        return Result<PaymentTransaction, any Error>.success(
                            try await gateway.queries.refreshed(reference, for: owner, requestID: "r\(index)"))
                    } catch {
                        return .failure(error)
                    }
                }
            }
            try await meanwhile(gate)
            gate.open()
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    @Test("share one call of the provider, and get the same state")
    func shared() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.show(try #require(gateway.service.intent(subject.intent)).now(.succeeded))
            let before = gateway.service.lookups
            let id = try await gateway.transaction(of: subject.order).id
            let answers = try await ask(20, for: [subject.intent], of: gateway) { gate in
                await gate.reached()
                try await eventually("all wait") { gateway.queries.refreshes.callers(of: id) == 20 }
            }
            #expect(try answers.map { try $0.get().status } == Array(repeating: .succeeded, count: 20))
            #expect(gateway.service.lookups - before == 1)
            #expect(try await gateway.history(of: subject.order).filter { $0.type == "refreshed" }.count == 1)
            _ = try await gateway.queries.refreshed(IntentReference(id: subject.intent), for: owner, requestID: "later")
            #expect(gateway.service.lookups - before == 2, "a later request asks again")
        }
    }

    @Test("are answered from the books where the provider does not answer")
    func failure() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.failLookups(.notSent(CallFailure("no route")))
            let answers = try await ask(5, for: [subject.intent], of: gateway) { gate in gate.open() }
            #expect(try answers.map { try $0.get().status } == Array(repeating: .requiresPaymentMethod, count: 5))
        }
    }

    @Test("lose nothing when the first of them hangs up")
    func hangUp() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            let reference = IntentReference(id: subject.intent)
            let first = Task { try await gateway.queries.refreshed(reference, for: owner, requestID: "first") }
            await gate.reached()
            let second = Task { try await gateway.queries.refreshed(reference, for: owner, requestID: "second") }
            let id = try await gateway.transaction(of: subject.order).id
            try await eventually("both wait") { gateway.queries.refreshes.callers(of: id) == 2 }
            first.cancel()
            await #expect(throws: CancellationError.self) { try await first.value }
            gate.open()
            #expect(try await second.value.status == .requiresPaymentMethod)
        }
    }

    @Test("of different payments make a call for each")
    func different() async throws {
        try await withGateway { gateway in
            let (one, two) = (try await gateway.created(), try await gateway.created())
            let before = gateway.service.lookups
            let answers = try await ask(2, for: [one.intent, two.intent], of: gateway) { await $0.reached(by: 2) }
            #expect(Set(try answers.map { try $0.get().paymentIntentID }) == [one.intent, two.intent])
            #expect(gateway.service.lookups - before == 2)
        }
    }
}
