import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What nobody can tell goes to a person, and is never failed by a timer", .timeLimit(.minutes(10)))
struct PatienceTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    /// Leaves an operation open of which the provider shows nothing, for so long.
    private func leaveOpen(
        _ kind: GatewayCore.Operation.Kind, in gateway: TestGateway, for time: Duration
    ) async throws
        -> TestGateway.Subject
    {
        let subject = try await gateway.subject(for: kind)
        gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)))
        #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
        gateway.clock.advance(by: time)
        try await gateway.recover(subject.order)
        return subject
    }

    @Test("Until 72 hours have passed the operation stays open", arguments: kinds)
    func before(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await leaveOpen(kind, in: gateway, for: .seconds(72 * 3600) - .milliseconds(1))
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            #expect(!gateway.log.lines.contains { $0.level == .critical })
        }
    }

    @Test("After 72 hours a discrepancy is open, with an alert that says why; the key has no final answer", arguments: kinds)
    func after(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await leaveOpen(kind, in: gateway, for: .seconds(72 * 3600))
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.state == .unknown && operation.isOverdue)
            let review = try #require(try await gateway.transaction(of: subject.order).review)
            #expect(review.discrepancy == Discrepancy(.outcomeUnknown, operation.id))
            let books = try await gateway.books(of: subject.order)
            if kind == .refund {
                #expect(books == Books(status: .succeeded, order: .completed, captured: 10_000, reserved: 4000))
            } else {
                #expect(books.status == .processing)
            }
            #expect(try await gateway.remembered("k")?.answer == nil)
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let alert = try #require(gateway.log.lines.first { $0.level == .critical })
            #expect(alert.metadata["operation_id"] == "\(operation.id)")
            #expect(alert.metadata["cause"]?.contains("72 hours") == true)
        }
    }

    @Test("A second look without a trace ends it, and closes the discrepancy", arguments: kinds)
    func endedByEvidence(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await leaveOpen(kind, in: gateway, for: .seconds(72 * 3600))
            let calls = gateway.service.calls.count
            try await gateway.recover(subject.order)
            #expect(gateway.service.calls.count == calls, "it is only looked up")
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.transaction(of: subject.order).review == nil)
            #expect(
                try await gateway.history(of: subject.order).map(\.type).suffix(2) == [
                    "\(kind.rawValue).not_executed", "review.closed",
                ])
            #expect(try await gateway.remembered("k")?.answer?.status == 422)
        }
    }

    @Test("An operation at which three processes died is only looked up", arguments: kinds)
    func deadlyOperation(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)))
            gateway.store.script(nil, .inDoubt("killed"))
            #expect(try await gateway.perform(kind, on: subject).status == 202)
            let operation = try await gateway.lastOperation(of: subject.order)
            for death in 1...3 {
                try await gateway.store.write { try $0.voidLeases() }
                let dead = try await gateway.lastOperation(of: subject.order)
                #expect(dead.deaths == death)
                // Taken over by a process that dies in turn.
                if death < 3 {
                    _ = try await gateway.store.write {
                        try $0.takeOverOperation(operation.id, fence: dead.fence, lease: .seconds(60))
                    }
                }
            }
            let (calls, lookups) = (gateway.service.calls.count, gateway.service.lookups)
            #expect(await gateway.recovery.recoverDue() == 1)
            #expect(gateway.service.calls.count == calls)
            #expect(gateway.service.lookups > lookups)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
        }
    }
}
