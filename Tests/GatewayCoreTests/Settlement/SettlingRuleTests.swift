import GatewayCore
import ProviderAPI
import Testing

@Suite("What settles an operation that may have been sent before", .timeLimit(.minutes(10)))
struct SettlingRuleTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    @Test("A later refusal says nothing about the first attempt", arguments: kinds)
    func laterRejection(_ kind: GatewayCore.Operation.Kind) async throws {
        try await stayOpen(kind, after: SettlementCase.rejection(.invalidRequest))
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
                .confirm, .fail(.notSent(SettlementCase.failure)), .fail(SettlementCase.rejection(.invalidState)))
            gateway.store.script(nil, .inDoubt("killed before the outcome was on disk"))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            try await gateway.restartAndRecover()
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
        }
    }
}
