import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@Suite("What settles an operation that may have been sent before", .timeLimit(.minutes(10)))
struct SettlingRuleTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    @Test(
        "A later refusal settles where the key is remembered and the object shows no trace of the first attempt", arguments: kinds
    )
    func laterRejection(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            let before = kind == .create ? nil : try await gateway.books(of: subject.order)
            gateway.service.script(
                kind, .fail(.unknown(SettlementCase.failure)), .fail(SettlementCase.rejection(.invalidRequest)))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let lookups = gateway.service.lookups
            try await gateway.recover(subject.order)
            #expect(gateway.service.lookups == lookups + 2, "before the repeat, and after the refusal")
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.remembered("k")?.answer?.status == 422)
            if let before { #expect(try await gateway.books(of: subject.order) == before) }
        }
    }

    @Test(
        "A later refusal after which the provider does not show the object says nothing about the first attempt", arguments: kinds
    )
    func laterRejectionWithoutEvidence(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            let gate = Gate()
            gateway.service.script(
                kind, .fail(.unknown(SettlementCase.failure)),
                .wait(gate, then: .fail(SettlementCase.rejection(.invalidRequest))))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            try await gateway.abandonToAnotherProcess(try await gateway.lastOperation(of: subject.order))
            async let recovered = gateway.recovery.recoverDue()
            await gate.reached()
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            gate.open()
            #expect(await recovered == 1)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            #expect(try await gateway.remembered("k")?.answer == nil)
        }
    }

    @Test("A refusal of the gateway's credentials says nothing about the first attempt", arguments: kinds)
    func laterAuthentication(_ kind: GatewayCore.Operation.Kind) async throws {
        try await stayOpen(kind, after: SettlementCase.rejection(.authentication))
    }

    @Test("A later attempt that was not sent says nothing about the first", arguments: kinds)
    func laterNotSent(_ kind: GatewayCore.Operation.Kind) async throws {
        try await stayOpen(kind, after: .notSent(SettlementCase.failure))
    }

    private func stayOpen(_ kind: GatewayCore.Operation.Kind, after later: ProviderError) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)), .fail(later))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let before = try await gateway.books(of: subject.order)
            try await gateway.recover(subject.order)
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.state == .unknown)
            #expect(operation.mayHaveBeenSent)
            #expect(try await gateway.books(of: subject.order) == before)
            #expect(try await gateway.remembered("k")?.answer == nil)
        }
    }

    @Test("A later decline settles", arguments: kinds)
    func laterDecline(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)), .fail(SettlementCase.decline()))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.remembered("k")?.answer?.status == 402)
            #expect(try await gateway.books(of: subject.order).reserved == 0)
        }
    }

    @Test("An attempt that a killed process may have made counts as sent")
    func killedProcess() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(
                .confirm, .fail(.notSent(SettlementCase.failure)), .fail(SettlementCase.rejection(.authentication)))
            gateway.store.script(nil, .inDoubt("killed before the outcome was on disk"))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            try await gateway.restartAndRecover()
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
        }
    }
}
