import GatewayCore
import GatewayLifecycle
import Logging
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Operations that nobody works on any more are brought to their end", .timeLimit(.minutes(10)))
struct RecoveryTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    /// What the books say once an operation of the kind was done.
    private static func done(_ kind: GatewayCore.Operation.Kind) -> Books {
        switch kind {
        case .create: Books(status: .requiresPaymentMethod, order: .pending)
        case .confirm, .capture: Books(status: .succeeded, order: .completed, captured: 10_000)
        case .cancel: Books(status: .canceled, order: .canceled)
        case .refund: Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: 4000)
        }
    }

    /// What the books say where an operation of the kind turned out not to have been done.
    private static func untouched(_ kind: GatewayCore.Operation.Kind) -> Books {
        switch kind {
        case .create: Books(status: .canceled, order: .pending)
        case .confirm, .cancel: Books(status: .requiresPaymentMethod, order: .pending)
        case .capture: Books(status: .requiresCapture, order: .pending)
        case .refund: Books(status: .succeeded, order: .completed, captured: 10_000)
        }
    }

    @Test("What a killed process had done at the provider is looked up, and not done again", arguments: kinds)
    func found(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.store.script(nil, .inDoubt("killed"))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let calls = gateway.service.calls.count
            #expect(try await gateway.restartAndRecover() == 1)
            #expect(gateway.service.calls.count == calls)
            #expect(gateway.service.effects(kind) == 1)
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.state == .succeeded)
            #expect(operation.attempts == 2 && operation.fence == 2)
            #expect(try await gateway.remembered("k")?.answer?.status == (kind == .create ? 201 : 200))
        }
    }

    @Test("An outcome that the books refuse counts as unknown, and is looked up", arguments: kinds)
    func refused(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.store.script(nil, .constraint("refused"))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let operation = try await gateway.lastOperation(of: subject.order)
            #expect(operation.state == .unknown && operation.mayHaveBeenSent)
            #expect(try await gateway.transaction(of: subject.order).status == (kind == .refund ? .succeeded : .processing))
            try await gateway.recover(subject.order)
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
            #expect(gateway.service.effects(kind) == 1)
        }
    }

    @Test("A look-up without a trace counts, also while another refund is in another state than in the books")
    func countedBesideNews() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .refund(.pending), .fail(.unknown(CallFailure("torn"))))
            #expect(try await gateway.refund(subject.intent, amount: "10.00").status == 200)
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 202)
            gateway.service.show(try #require(gateway.service.refunds.first).now(.requiresAction))
            // After the key's memory the operation is only looked up.
            gateway.clock.advance(by: .days(1))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).tracelessLooks == 1)
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.books(of: subject.order).reserved == 1000)
        }
    }

    @Test("A refund that changes nothing in the payment's row counts the row's version")
    func refundCountsVersion() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            gateway.service.script(.refund, .refund(.pending))
            #expect(try await gateway.refund(subject.intent, amount: "10.00").status == 200)
            let before = try await gateway.transaction(of: subject.order)
            let refund = try #require(gateway.service.refunds.first).now(.requiresAction)
            gateway.service.show(refund)
            try await gateway.deliver(event("evt_1", "refund.updated", .refund(refund)))
            try await gateway.workOffInbox()
            #expect(try await gateway.refunds(of: subject.order).map(\.status) == [.requiresAction])
            let after = try await gateway.transaction(of: subject.order)
            #expect(after.version > before.version && after.reserved == before.reserved)
        }
    }

    @Test(
        "A creation without an outcome gives its order up after two look-ups, unless its provider charges by the creation",
        arguments: [false, true])
    func superseded(_ charges: Bool) async throws {
        var capabilities = ScriptedService.everything
        capabilities.chargesAtCreation = charges
        try await withGateway(service: ScriptedService(capabilities: capabilities)) { gateway in
            let order = try await gateway.order()
            let torn = ProviderError.unknown(CallFailure("torn"))
            gateway.service.script(.create, .fail(torn), .fail(torn), .fail(torn))
            #expect(try await gateway.create(order).status == 202)
            for _ in 0..<2 { try await gateway.recover(order) }
            #expect(try await gateway.create(order).status == (charges ? 202 : 201))
            #expect(try await gateway.store.read { try $0.transactions(orderID: order.id) }.count == (charges ? 1 : 2))
        }
    }

    @Test("An outcome that the books could not take, as on a full disk, is written as soon as they can", arguments: kinds)
    func settledLater(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.store.script(nil, .unavailable("full"), .unavailable("full"))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            try await eventually("it is settled without a recovery") {
                try await gateway.lastOperation(of: subject.order).state == .succeeded
            }
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
            #expect(gateway.service.effects(kind) == 1)
            #expect(try await gateway.lastOperation(of: subject.order).attempts == 1)
            #expect(try await gateway.remembered("k")?.answer != nil)
        }
    }

    @Test("What a killed process had not done is done with the same key and the stored request", arguments: kinds)
    func notDone(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            let before = gateway.service.effects(kind)
            gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)))
            gateway.store.script(nil, .inDoubt("killed"))
            #expect(try await gateway.perform(kind, on: subject).status == 202)
            #expect(try await gateway.restartAndRecover() == 1)
            let calls = gateway.service.calls.suffix(2)
            #expect(calls.first == calls.last, "the same request, id and key")
            #expect(calls.first?.request.kind == kind)
            #expect(gateway.service.effects(kind) == before + 1)
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
        }
    }

    @Test(
        "Not finding it proves nothing: the repeat bears the same key, and has no second effect",
        arguments: [.create, .refund] as [GatewayCore.Operation.Kind])
    func hidden(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.perform(kind, on: subject).status == 202)
            gateway.service.hideObjects()
            try await gateway.recover(subject.order)
            let calls = gateway.service.calls.suffix(2)
            #expect(calls.first?.identity == calls.last?.identity)
            #expect(gateway.service.effects(kind) == 1)
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
        }
    }

    @Test(
        "Once the provider may have forgotten the key the operation is only looked up, until the evidence ends it",
        arguments: kinds)
    func forgottenKey(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            let (calls, books) = (gateway.service.calls.count, try await gateway.books(of: subject.order))
            gateway.clock.advance(by: .seconds(23 * 3600))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown, "one look proves nothing")
            #expect(try await gateway.books(of: subject.order) == books)
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            gateway.clock.advance(by: .seconds(6 * 3600))
            try await gateway.recover(subject.order)
            #expect(gateway.service.calls.count == calls)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.books(of: subject.order) == Self.untouched(kind))
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 422)
        }
    }

    @Test("Just before the provider may have forgotten the key the call is repeated")
    func lastRepeat() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.authorised()
            gateway.service.script(.capture, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.capture(subject.intent).status == 202)
            gateway.clock.advance(by: .seconds(23 * 3600) - .milliseconds(1))
            try await gateway.recover(subject.order)
            #expect(try await gateway.books(of: subject.order).status == .succeeded)
        }
    }

    @Test("A confirmation is not sent again after its window, so that a payer who gave up is not charged hours later")
    func confirmationWindow() async throws {
        for (age, calls) in [(Duration.seconds(120), 2), (.seconds(120) + .milliseconds(1), 1)] {
            try await withGateway { gateway in
                let subject = try await gateway.created()
                gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
                #expect(try await gateway.confirm(subject.intent).status == 202)
                gateway.clock.advance(by: age)
                try await gateway.recover(subject.order)
                #expect(gateway.service.calls.count { $0.request.kind == .confirm } == calls)
            }
        }
    }

    @Test("A provider that replays a stored error is asked for evidence, which ends the operation", arguments: kinds)
    func storedError(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            let stored = ScriptedService.Step.fail(.unknown(CallFailure("the answer is a 500")))
            gateway.service.script(kind, stored, stored, stored, stored)
            #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            gateway.clock.advance(by: .seconds(600) - .milliseconds(1))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown, "the last call is too young")
            gateway.clock.advance(by: .seconds(600))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.books(of: subject.order) == Self.untouched(kind))
            #expect(try await gateway.remembered("k")?.answer?.status == 422)
        }
    }

    @Test("While the provider cannot be asked the operation stays open and is not repeated", arguments: kinds)
    func cannotAsk(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let subject = try await gateway.subject(for: kind)
            gateway.service.script(kind, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.perform(kind, on: subject).status == 202)
            let calls = gateway.service.calls.count
            gateway.service.failLookups(.notSent(SettlementCase.failure))
            try await gateway.recover(subject.order)
            #expect(gateway.service.calls.count == calls)
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            gateway.service.failLookups(nil)
            try await gateway.recover(subject.order)
            #expect(try await gateway.books(of: subject.order) == Self.done(kind))
        }
    }

    @Test("A cancellation that finds the payment captured has failed, and the payment has succeeded")
    func cancellationFindsCapture() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.cancel, .fail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.cancel(subject.intent, request(key: "k")).status == 202)
            let intent = try #require(gateway.service.intent(subject.intent))
            gateway.service.show(intent.now(.succeeded))
            try await gateway.recover(subject.order)
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
            #expect(try await gateway.remembered("k")?.answer?.status == 409)
        }
    }

    @Test("An operation is left alone while its owner's lease runs")
    func leased() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            let gate = Gate()
            gateway.service.script(.confirm, .wait(gate, then: .act()))
            async let answer = gateway.confirm(subject.intent)
            await gate.reached()
            #expect(await gateway.recovery.recoverDue() == 0)
            gate.open()
            #expect(try await answer.status == 200)
        }
    }

    @Test("One operation that cannot be recovered does not keep the others from it")
    func oneFails() async throws {
        try await withGateway { gateway in
            let subjects = [try await gateway.created(), try await gateway.created()]
            for subject in subjects {
                gateway.service.script(.confirm, .fail(.unknown(SettlementCase.failure)))
                #expect(try await gateway.confirm(subject.intent).status == 202)
                try await gateway.abandonToAnotherProcess(try await gateway.lastOperation(of: subject.order))
            }
            gateway.store.script(.unavailable("the database is busy"))
            #expect(await gateway.recovery.recoverDue() == 2)
            let states = [
                try await gateway.books(of: subjects[0].order).status, try await gateway.books(of: subjects[1].order).status,
            ]
            #expect(Set(states) == [.processing, .succeeded])
            #expect(gateway.log.lines.contains { $0.level == .error })
        }
    }
}
