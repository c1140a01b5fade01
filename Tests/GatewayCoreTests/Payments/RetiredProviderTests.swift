import GatewayCore
import ProviderAPI
import Testing

@Suite("A provider that takes no new payments", .timeLimit(.minutes(10)))
struct RetiredProviderTests {
    /// Runs `body` with a gateway that has made payments at `acme`, and the same gateway after `acme` was retired.
    private func withRetired(_ body: (_ before: TestGateway, _ after: TestGateway) async throws -> Void) async throws {
        try await withGateway { before in
            let after = TestGateway(store: before.store, service: before.service, retired: ["acme"])
            try await withThrowingTaskGroup { group in
                group.addTask { try await after.supervisor.run() }
                try await body(before, after)
                group.cancelAll()
            }
        }
    }

    @Test("refuses a new payment, named or not, and says which providers take one", arguments: ["acme", nil] as [String?])
    func newPayments(provider: String?) async throws {
        try await withRetired { _, gateway in
            let order = try await gateway.order()
            let error = await #expect(throws: GatewayError.self) { _ = try await gateway.create(order, provider: provider) }
            #expect(error?.code == .invalidRequest && error?.fields.map(\.name) == ["provider"])
            #expect(error?.detail.contains("acme takes no new payments. These do: other.") == true)
            #expect(gateway.service.calls.isEmpty)
            #expect(try await gateway.create(order, provider: "other").status == 201)
            let unknown = await #expect(throws: GatewayError.self) { _ = try await gateway.create(order, provider: "nobody") }
            #expect(unknown?.fields.first?.message == "These take new payments: other.")
        }
    }

    @Test("goes on with each payment that it has: handed out, confirmed, captured, canceled, refunded")
    func earlierPayments() async throws {
        try await withRetired { before, gateway in
            let open = try await before.created()
            #expect(try await gateway.create(open.order).status == 200)
            #expect(try await gateway.confirm(open.intent).status == 200)
            #expect(try await gateway.refund(open.intent, amount: "40.00").status == 200)
            let authorized = try await before.authorised()
            #expect(try await gateway.capture(authorized.intent).status == 200)
            let canceled = try await before.created()
            #expect(try await gateway.cancel(canceled.intent).status == 200)
            // Its order may be paid in another way now.
            #expect(try await gateway.create(canceled.order, provider: "other").status == 201)
        }
    }
}
