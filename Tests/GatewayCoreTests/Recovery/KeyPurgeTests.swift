import GatewayCore
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Old idempotency keys are forgotten", .timeLimit(.minutes(10)))
struct KeyPurgeTests {
    @Test("24 hours after the answer, counted from the completion, and not before")
    func age() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).status == 202)
            gateway.clock.advance(by: .seconds(20 * 3600))
            try await gateway.recover(subject.order)
            #expect(try await gateway.remembered("k")?.answer != nil)
            gateway.clock.advance(by: .seconds(24 * 3600))
            #expect(try await gateway.purge.purge() == 0)
            #expect(try await gateway.remembered("k") != nil)
            gateway.clock.advance(by: .milliseconds(1))
            #expect(try await gateway.purge.purge() == 1)
            #expect(try await gateway.remembered("k") == nil)
        }
    }

    @Test("The key of an open operation is kept, however old it is")
    func open() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).status == 202)
            gateway.clock.advance(by: .seconds(400 * 24 * 3600))
            #expect(try await gateway.purge.purge() == 0)
            #expect(try await gateway.remembered("k") != nil)
        }
    }

    @Test("More keys than one transaction takes are all forgotten")
    func many() async throws {
        try await withGateway { gateway in
            let now = gateway.clock.now()
            try await gateway.store.write { writer in
                for number in 0..<1234 {
                    let reference = IdempotencyReference(owner: "1", key: "k\(number)")
                    try writer.insertIdempotencyKey(
                        IdempotencyClaim(reference: reference, fingerprint: "f"), operationID: nil, at: now)
                    try writer.completeIdempotencyKey(reference, answer: StoredAnswer(status: 200, body: []), at: now)
                }
            }
            gateway.clock.advance(by: .seconds(25 * 3600))
            #expect(try await gateway.purge.purge() == 1234)
        }
    }
}
