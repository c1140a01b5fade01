import GatewayCore
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Webhooks that never arrived are found in the provider's list of events", .timeLimit(.minutes(10)))
struct EventCatchUpTests {
    @Test("A missed event is applied, and told by the list again it is not applied twice")
    func missed() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let paid = try #require(gateway.service.intent(subject.intent)).now(.succeeded)
            gateway.service.show(paid)
            gateway.service.list(event("evt_1", .paymentIntent(paid)), at: gateway.clock.now())
            #expect(await gateway.catchUp.catchUp() == 1)
            try await gateway.workOffInbox()
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            let lines = try await gateway.history(of: subject.order).count
            #expect(await gateway.catchUp.catchUp() == 0)
            try await gateway.deliver(event("evt_1", .paymentIntent(paid)))
            try await gateway.workOffInbox()
            #expect(try await gateway.history(of: subject.order).count == lines)
        }
    }

    @Test("Each reading begins shortly before the last one that succeeded")
    func cursor() async throws {
        try await withGateway { gateway in
            #expect(await gateway.catchUp.catchUp() == 0)
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            gateway.service.list(event("evt_old", .other), at: gateway.clock.now().advanced(by: .seconds(-301)))
            gateway.service.list(event("evt_late", .other), at: gateway.clock.now().advanced(by: .seconds(-299)))
            gateway.clock.advance(by: .seconds(600))
            #expect(await gateway.catchUp.catchUp() == 0)
            #expect(gateway.log.lines.contains { $0.level == .warning && $0.metadata["provider"] == "acme" })
            gateway.clock.advance(by: .seconds(6000))
            gateway.service.failLookups(nil)
            #expect(await gateway.catchUp.catchUp() == 1, "a reading that failed does not move on")
            #expect(await gateway.catchUp.catchUp() == 0)
        }
    }

    @Test("A provider that refuses the gateway's credentials is told so in the log, without the provider's words")
    func refusedCredentials() async throws {
        try await withGateway { gateway in
            gateway.service.failLookups(.rejected(Rejection(.authentication, message: "Invalid API Key: sk_of_the_shop")))
            #expect(await gateway.catchUp.catchUp() == 0)
            let line = try #require(gateway.log.lines.first { $0.message.contains("could not be listed") })
            #expect(line.metadata == ["provider": "acme", "error": "it refuses the gateway's credentials"])
        }
    }
}
