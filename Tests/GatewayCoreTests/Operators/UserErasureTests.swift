import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@Suite("A user is erased", .timeLimit(.minutes(10)))
struct UserErasureTests {
    private static func erasure(in gateway: TestGateway) -> UserErasure {
        UserErasure(store: gateway.store, clock: gateway.clock, logger: gateway.log.logger) { "erased-x" }
    }

    @Test("All orders change their owner, however many steps that takes, and the log does not name the user")
    func manyOrders() async throws {
        try await withGateway { gateway in
            for _ in 0..<45 { _ = try await gateway.order(user: "Ada") }
            let other = try await gateway.order(user: "Bob")
            let report = try await Self.erasure(in: gateway).erase("Ada", by: "ann")
            #expect(report.orders == 45 && report.transactions == 0 && report.pseudonym == "erased-x")
            let owners = try await gateway.store.read { try $0.orders(OrderQuery(userID: nil, limit: 100)).map(\.userID) }
            #expect(owners.filter { $0 == "erased-x" }.count == 45)
            #expect(try await gateway.store.read { try $0.order(other.id)?.userID } == "Bob")
            let line = try #require(gateway.log.lines.last)
            #expect(line.metadata["pseudonym"] == "erased-x" && line.metadata["operator"] == "ann")
            #expect(
                !gateway.log.lines.contains { $0.message.contains("Ada") || $0.metadata.values.contains { $0.contains("Ada") } })
        }
    }

    @Test("A paid payment stays paid, its history says who erased it, and a refund still works")
    func paid() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.paid()
            let report = try await Self.erasure(in: gateway).erase("42", by: "ann")
            #expect(report.orders == 1 && report.transactions == 1)
            let payment = try await gateway.transaction(of: subject.order)
            #expect(payment.status == .succeeded && payment.captured == 10_000 && payment.userID == "erased-x")
            let history = try await gateway.store.read { try $0.history(transactionID: payment.id) }
            #expect(history.last?.change.actor == "operator:ann")
            await #expect(throws: GatewayError.self) { try await gateway.refund(subject.intent, request(owner)) }
            #expect(try await gateway.refund(subject.intent, amount: "40.00").status == 200)
            #expect(try await gateway.transaction(of: subject.order).refunded == 4_000)
        }
    }

    @Test("What a module filled into a stored request is erased with it")
    func providerFields() {
        var create = CreatePaymentIntentRequest(amount: usd(1), orderID: 1, userID: "42")
        create.providerFields = ["mail": "ada@example.test"]
        var confirm = ConfirmPaymentRequest(paymentIntentID: "pi_1")
        confirm.providerFields = ["mail": "ada@example.test"]
        var capture = CapturePaymentRequest(paymentIntentID: "pi_1", amount: usd(1))
        capture.providerFields = ["mail": "ada@example.test"]
        var cancel = CancelPaymentRequest(paymentIntentID: "pi_1")
        cancel.providerFields = ["mail": "ada@example.test"]
        var refund = CreateRefundRequest(paymentIntentID: "pi_1", amount: usd(1))
        refund.providerFields = ["mail": "ada@example.test"]
        for request in [
            OperationRequest.create(create), .confirm(confirm), .capture(capture), .cancel(cancel), .refund(refund),
        ] {
            #expect(!"\(request.erased(userID: "erased-x"))".contains("ada@example.test"))
        }
    }

    @Test("While an operation is not settled nothing is erased, and the error names it")
    func unsettled() async throws {
        try await withGateway { gateway in
            let subject = try await gateway.created()
            gateway.service.script(.confirm, .actThenFail(.unknown(SettlementCase.failure)))
            #expect(try await gateway.confirm(subject.intent).status == 202)
            let error = await #expect(throws: GatewayError.self) { try await Self.erasure(in: gateway).erase("42", by: "ann") }
            #expect(error?.code == .invalidState && error?.detail.contains("gateway operations resolve") == true)
            #expect(try await gateway.transaction(of: subject.order).userID == "42")
            try await gateway.recover(subject.order)
            #expect(try await Self.erasure(in: gateway).erase("42", by: "ann").transactions == 1)
        }
    }

    @Test("A user whom the books do not know, one who is erased already, and a name that is none are refused")
    func refusals() async throws {
        try await withGateway { gateway in
            _ = try await gateway.order(user: "42")
            let erasure = Self.erasure(in: gateway)
            for (name, code) in [
                ("43", GatewayError.Code.notFound), ("erased-x", .invalidRequest), ("", .invalidRequest),
                (String(repeating: "x", count: 256), .invalidRequest),
            ] {
                let error = await #expect(throws: GatewayError.self) { try await erasure.erase(name, by: "ann") }
                #expect(error?.code == code, "\(name)")
            }
            _ = try await erasure.erase("42", by: "ann")
            let error = await #expect(throws: GatewayError.self) { try await erasure.erase("42", by: "ann") }
            #expect(error?.code == .notFound)
        }
    }

    @Test("Pseudonyms are all different, and none can be guessed")
    func pseudonyms() {
        let names = Set((0..<1_000).map { _ in UserErasure.randomPseudonym() })
        #expect(names.count == 1_000)
        #expect(names.allSatisfy { $0.hasPrefix("erased-") && $0.utf8.count > 20 })
    }
}
