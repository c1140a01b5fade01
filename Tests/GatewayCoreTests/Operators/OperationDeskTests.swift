import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("An operator ends what the provider cannot answer for", .timeLimit(.minutes(10)))
struct OperationDeskTests {
    private static let kinds = GatewayCore.Operation.Kind.allCases

    /// An operation of which nobody knows the outcome, in review or before that.
    private func open(
        _ kind: GatewayCore.Operation.Kind, in gateway: TestGateway, isInReview: Bool
    ) async throws
        -> (TestGateway.Subject, GatewayCore.Operation)
    {
        let subject = try await gateway.subject(for: kind)
        gateway.service.script(kind, .fail(.unknown(SettlementCase.failure)), .fail(.unknown(SettlementCase.failure)))
        #expect(try await gateway.perform(kind, on: subject, request(key: "k")).status == 202)
        if isInReview {
            gateway.clock.advance(by: .seconds(73 * 3600))
            try await gateway.recover(subject.order)
        }
        return (subject, try await gateway.lastOperation(of: subject.order))
    }

    private func object(_ kind: GatewayCore.Operation.Kind) -> String? {
        switch kind {
        case .create: "pi_found"
        case .refund: "re_found"
        case .confirm, .capture, .cancel: nil
        }
    }

    /// Makes the provider show the object that an operation made, as a provider without metadata shows a refund.
    private func showObject(
        of operation: GatewayCore.Operation, on subject: TestGateway.Subject, in gateway: TestGateway
    ) {
        switch operation.kind {
        case .create:
            var intent = PaymentIntent(id: "pi_found", status: .requiresPaymentMethod, amount: usd(10_000))
            intent.operationID = operation.identity(installation: "test").id
            gateway.service.show(intent)
        case .refund:
            gateway.service.show(
                Refund(id: "re_found", paymentIntentID: subject.intent, amount: usd(4000), status: .succeeded))
        case .confirm, .capture, .cancel: break
        }
    }

    @Test(
        "A word that the provider contradicts is refused, and taken where it is forced",
        arguments: [.confirm, .capture, .cancel] as [GatewayCore.Operation.Kind])
    func contradicted(_ kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway in
            let (subject, operation) = try await open(kind, in: gateway, isInReview: false)
            await expectRefusal(.invalidState) {
                try await gateway.desk.resolve(operation.id, as: Resolution(.succeeded), note: "n", by: "ann")
            }
            gateway.service.failLookups(.unknown(SettlementCase.failure))
            await expectRefusal(.providerUnavailable) {
                try await gateway.desk.resolve(operation.id, as: Resolution(.succeeded), note: "n", by: "ann")
            }
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
            let forced = Resolution(.succeeded, isForced: true)
            _ = try await gateway.desk.resolve(operation.id, as: forced, note: "n", by: "ann")
            #expect(try await gateway.lastOperation(of: subject.order).state == .succeeded)
        }
    }

    @Test(
        "A word of failure that the provider contradicts is refused, and an object that the provider does not know even by force")
    func wrongWords() async throws {
        try await withGateway { gateway in
            let (subject, refund) = try await open(.refund, in: gateway, isInReview: false)
            for isForced in [false, true] {
                let error = await #expect(throws: GatewayError.self) {
                    try await gateway.desk.resolve(
                        refund.id, as: Resolution(.succeeded, object: "re_typo", isForced: isForced), note: "n", by: "ann")
                }
                #expect(error?.fields.map(\.name) == ["object"])
            }
            var made = Refund(id: "re_1", paymentIntentID: subject.intent, amount: usd(4000), status: .succeeded)
            made.operationID = refund.identity(installation: "test").id
            gateway.service.show(made)
            await expectRefusal(.invalidState) {
                try await gateway.desk.resolve(refund.id, as: Resolution(.failed), note: "n", by: "ann")
            }
            #expect(try await gateway.books(of: subject.order).reserved == 4000)
        }
    }

    @Test("As succeeded: the books are as after an answer of the provider", arguments: kinds, [true, false])
    func succeeded(_ kind: GatewayCore.Operation.Kind, _ isInReview: Bool) async throws {
        try await withGateway { gateway in
            let (subject, operation) = try await open(kind, in: gateway, isInReview: isInReview)
            showObject(of: operation, on: subject, in: gateway)
            let resolution = Resolution(.succeeded, object: object(kind), isForced: object(kind) == nil)
            let standing = try await gateway.desk.resolve(operation.id, as: resolution, note: "seen in the dashboard", by: "ann")
            #expect(standing.operation.state == .succeeded && standing.outcome == "resolved")
            let books = try await gateway.books(of: subject.order)
            switch kind {
            case .create:
                #expect(books.status == .requiresPaymentMethod)
                #expect(try await gateway.transaction(of: subject.order).paymentIntentID == "pi_found")
            case .confirm, .capture: #expect(books == Books(status: .succeeded, order: .completed, captured: 10_000))
            case .cancel: #expect(books == Books(status: .canceled, order: .canceled))
            case .refund:
                #expect(
                    books
                        == Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: 4000))
                #expect(try await gateway.refunds(of: subject.order).map(\.providerRefundID) == ["re_found"])
            }
            let answer = try #require(try await gateway.remembered("k")?.answer)
            #expect(answer.status == (kind == .create ? 201 : 200))
            let line = try #require(try await gateway.history(of: subject.order).last { $0.operationID == operation.id })
            #expect(line.actor == "operator:ann")
            // The provider shows the intent, which is better than the word.
            #expect(line.type == (kind == .create ? "create.succeeded" : "\(kind.rawValue).resolved"))
            #expect(line.detail?.contains("seen in the dashboard") == true)
        }
    }

    @Test(
        "As failed: what was reserved is free, and the payment stands where the request found it", arguments: kinds,
        [true, false])
    func failed(_ kind: GatewayCore.Operation.Kind, _ isInReview: Bool) async throws {
        try await withGateway { gateway in
            let (subject, operation) = try await open(kind, in: gateway, isInReview: isInReview)
            _ = try await gateway.desk.resolve(operation.id, as: Resolution(.failed), note: "the provider has none", by: "ann")
            #expect(try await gateway.lastOperation(of: subject.order).state == .failed)
            let books = try await gateway.books(of: subject.order)
            switch kind {
            case .create: #expect(books.status == .canceled)
            case .confirm, .cancel: #expect(books.status == .requiresPaymentMethod)
            case .capture: #expect(books.status == .requiresCapture)
            case .refund: #expect(books == Books(status: .succeeded, order: .completed, captured: 10_000))
            }
            let answer = try #require(try await gateway.remembered("k")?.answer)
            #expect(answer.status == 422)
            #expect(
                !String(decoding: answer.body, as: UTF8.self).contains("the provider has none"), "the note is not the client's")
        }
    }

    @Test("What has ended cannot be resolved, and what the gateway is at work on neither")
    func refused() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let ended = try await gateway.lastOperation(of: subject.order)
            await expectRefusal(.invalidState) {
                try await gateway.desk.resolve(ended.id, as: Resolution(.failed), note: "n", by: "ann")
            }
            await expectRefusal(.notFound) {
                try await gateway.desk.resolve(99, as: Resolution(.failed), note: "n", by: "ann")
            }
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .act()))
            async let answer = gateway.refund(subject.intent, amount: "40.00")
            await gate.reached()
            let atWork = try await gateway.lastOperation(of: subject.order)
            await expectRefusal(.invalidState) {
                try await gateway.desk.resolve(atWork.id, as: Resolution(.failed), note: "n", by: "ann")
            }
            gate.open()
            #expect(try await answer.status == 200)
        }
    }

    @Test("A word on what ends while the provider is asked is refused, and says how it ended")
    func endedMeanwhile() async throws {
        try await withGateway { gateway in
            let (_, operation) = try await open(.confirm, in: gateway, isInReview: false)
            let gate = Gate()
            gateway.service.holdRetrievals(at: gate)
            let forced = Resolution(.succeeded, isForced: true)
            let late = Task { try await gateway.desk.resolve(operation.id, as: forced, note: "n", by: "ann") }
            await gate.reached()
            gateway.service.holdRetrievals(at: nil)
            _ = try await gateway.desk.resolve(operation.id, as: forced, note: "n", by: "bob")
            gate.open()
            let error = await #expect(throws: GatewayError.self) { _ = try await late.value }
            #expect(
                error?.code == .invalidState && error?.detail.contains("has ended as succeeded") == true, "\(error?.detail ?? "")"
            )
        }
    }

    @Test("A decision without a note, without the object that was made, or with one too many is refused with its field")
    func incomplete() async throws {
        try await withGateway { gateway in
            let (_, operation) = try await open(.create, in: gateway, isInReview: false)
            for (resolution, note, field) in [
                (Resolution(.succeeded, object: "pi_1"), "", "note"),
                (Resolution(.succeeded, object: "pi_1"), String(repeating: "x", count: 501), "note"),
                (Resolution(.succeeded), "n", "object"), (Resolution(.failed, object: "pi_1"), "n", "object"),
            ] {
                let error = await #expect(throws: GatewayError.self) {
                    try await gateway.desk.resolve(operation.id, as: resolution, note: note, by: "ann")
                }
                #expect(error?.fields.map(\.name) == [field])
            }
            #expect(try await gateway.store.read { try $0.operation(operation.id) }?.state == .unknown)
        }
    }

    @Test("A refund without an id at the provider is refused before anything is written")
    func refundWithoutObject() async throws {
        try await withGateway { gateway in
            let (_, refund) = try await open(.refund, in: gateway, isInReview: false)
            try await expectObjectRefused(nil, for: refund, in: gateway)
        }
    }

    @Test("Another intent than the provider has shown is refused, and the one that it has shown is taken")
    func otherIntent() async throws {
        try await withGateway { gateway in
            let (subject, create) = try await open(.create, in: gateway, isInReview: false)
            var shown = PaymentIntent(
                id: "pi_shown", status: .processing,
                amount: try await gateway.transaction(of: subject.order).amount)
            shown.operationID = create.identity(installation: "test").id
            gateway.service.show(shown)
            try await gateway.deliver(event("evt_1", .paymentIntent(shown)))
            try await gateway.workOffInbox()
            #expect(try await gateway.transaction(of: subject.order).paymentIntentID == "pi_shown")
            try await expectObjectRefused("pi_other", for: create, in: gateway)
            let standing = try await gateway.desk.resolve(
                create.id, as: Resolution(.succeeded, object: "pi_shown"), note: "n", by: "ann")
            #expect(standing.operation.state == .succeeded)
        }
    }

    private func expectObjectRefused(
        _ object: String?, for operation: GatewayCore.Operation, in gateway: TestGateway
    ) async throws {
        let error = await #expect(throws: GatewayError.self) {
            try await gateway.desk.resolve(operation.id, as: Resolution(.succeeded, object: object), note: "n", by: "ann")
        }
        #expect(error?.fields.map(\.name) == ["object"])
        #expect(try await gateway.store.read { try $0.operation(operation.id) }?.state == .unknown)
    }

    @Test("A late result of whoever was at work on it before changes nothing any more")
    func late() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let gate = Gate()
            gateway.service.script(.refund, .wait(gate, then: .act()))
            async let answer = gateway.refund(subject.intent, amount: "40.00", request(key: "k"))
            await gate.reached()
            try await gateway.store.write { try $0.voidLeases() }
            let operation = try await gateway.lastOperation(of: subject.order)
            _ = try await gateway.desk.resolve(operation.id, as: Resolution(.failed), note: "n", by: "ann")
            gate.open()
            #expect(try await answer.status == 422, "the stored answer")
            #expect(try await gateway.books(of: subject.order) == Books(status: .succeeded, order: .completed, captured: 10_000))
        }
    }
}
