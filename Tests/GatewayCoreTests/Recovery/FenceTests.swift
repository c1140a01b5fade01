import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import Testing

@Suite("Only the last taker's result is written", .timeLimit(.minutes(10)))
struct FenceTests {
    /// What the earlier owner hears from the provider at last.
    static let lateResults: [ScriptedService.Step] = [
        .act(), .fail(SettlementCase.decline()), .fail(SettlementCase.rejection(.invalidState)),
        .fail(.notSent(SettlementCase.failure)), .fail(.unknown(SettlementCase.failure)),
    ]

    @Test(
        "A late result of the earlier owner changes nothing, and its client gets what the later one stored",
        arguments: lateResults.indices)
    func lateResult(_ index: Int) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .wait(gate, then: Self.lateResults[index]), .act())
            async let late = gateway.confirm(subject.intent, request(key: "k"))
            await gate.reached()
            #expect(try await gateway.restartAndRecover() == 1)
            let (books, history) = (try await gateway.books(of: subject.order), try await gateway.history(of: subject.order))
            let stored = try #require(try await gateway.remembered("k")?.answer)
            #expect(books.status == .succeeded)

            gate.open()
            #expect(try await late.stored == stored)
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.history(of: subject.order) == history)
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
            #expect(gateway.service.effects(.confirm) == 1)
        }
    }

    @Test("While the later owner is at work the earlier one's result changes nothing either", arguments: lateResults.indices)
    func lateResultMeanwhile(_ index: Int) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let (earlier, later) = (Gate(), Gate())
            gateway.service.script(
                .confirm, .wait(earlier, then: Self.lateResults[index]), .wait(later, then: .act(.requiresAction)))
            async let late = gateway.confirm(subject.intent)
            await earlier.reached()
            async let recovered = gateway.restartAndRecover()
            await later.reached()
            let (books, history) = (try await gateway.books(of: subject.order), try await gateway.history(of: subject.order))

            earlier.open()
            #expect(try await late.status == 202)
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.history(of: subject.order) == history)
            #expect(try await gateway.lastOperation(of: subject.order).state == .pending)

            #expect(!gateway.log.lines.contains { $0.level == .error }, "being superseded is no failure")

            later.open()
            #expect(try await recovered == 1)
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
            #expect(gateway.service.effects(.confirm) == 1)
        }
    }

    @Test("A late refusal of a refund that another has booked frees nothing")
    func lateRefund() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .fail(.notSent(SettlementCase.failure))), .act())
            async let late = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            #expect(try await gateway.restartAndRecover() == 1)
            gate.open()
            #expect(try await late.status == 202, "without a key nothing was stored for it: the state as it is")
            let books = try await gateway.books(of: subject.order)
            #expect(books.refunded == 4000 && books.reserved == 0)
            #expect(gateway.service.refunds.count == 1)
        }
    }

    @Test("Two that look at the same operation at once call the provider once")
    func twoTakers() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            try await gateway.abandonToAnotherProcess(try await gateway.lastOperation(of: subject.order))
            async let first = gateway.recovery.recoverDue()
            async let second = gateway.recovery.recoverDue()
            _ = await (first, second)
            #expect(gateway.service.calls.filter { $0.request.kind == .confirm }.count == 2, "the first attempt and one repeat")
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
        }
    }
}
