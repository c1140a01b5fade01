import GatewayCore
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

    @Test("After 72 hours it waits for a person, with an alert that says why; the key has no final answer", arguments: kinds)
    func after(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await leaveOpen(kind, in: gateway, for: .seconds(72 * 3600))
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.state == .manualReview)
            let books = try await gateway.books(of: subject.order)
            if kind == .refund {
                #expect(books == Books(status: .succeeded, order: .completed, captured: 10_000, reserved: 4000))
            } else {
                #expect(books.status == .manualReview)
            }
            #expect(try await gateway.remembered("k")?.answer == nil)
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let alert = try #require(gateway.log.lines.first { $0.level == .critical })
            #expect(alert.metadata["operation_id"] == "\(operation.id)")
            #expect(alert.metadata["cause"]?.contains("72 hours") == true)
            let calls = gateway.service.calls.count
            #expect(try await gateway.restartAndRecover() == 0, "it is not asked for any more")
            #expect(gateway.service.calls.count == calls)
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
