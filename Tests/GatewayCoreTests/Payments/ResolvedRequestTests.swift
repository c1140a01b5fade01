import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("What a provider's settings contribute is stored with the request", .timeLimit(.minutes(10)))
struct ResolvedRequestTests {
    /// A provider whose settings fill in `mark` wherever something may be filled in.
    private static func filling(_ mark: String) -> @Sendable (ProviderRequest) -> ProviderRequest {
        { request in
            switch request {
            case .create(var create):
                create.returnURL = mark
                create.description = mark
                create.amount = usd(1)
                create.metadata = [mark: mark]
                create.providerFields = ["mark": mark]
                return .create(create)
            case .confirm(var confirm):
                confirm.paymentIntentID = mark
                confirm.paymentMethod = mark
                confirm.returnURL = mark
                confirm.providerFields = ["mark": mark]
                return .confirm(confirm)
            case .capture(var capture):
                capture.amount = usd(1)
                capture.providerFields = ["mark": mark]
                return .capture(capture)
            case .cancel(var cancel):
                cancel.reason = mark
                cancel.providerFields = ["mark": mark]
                return .cancel(cancel)
            case .refund(var refund):
                refund.amount = usd(1)
                refund.reason = mark
                refund.providerFields = ["mark": mark]
                return .refund(refund)
            @unknown default:
                return request
            }
        }
    }

    @Test(
        "A repeat after the settings have changed is the request as it was first sent",
        arguments: GatewayCore.Operation.Kind.allCases)
    func repeated(kind: GatewayCore.Operation.Kind) async throws {
        try await withGateway { gateway throws in
            gateway.service.fillIn(Self.filling("first"))
            let subject = try await gateway.subject(for: kind)
            let before = gateway.service.calls.count
            gateway.service.script(kind, .fail(.unknown(CallFailure("the answer was lost"))))
            #expect(try await gateway.perform(kind, on: subject).status == 202)
            gateway.service.fillIn(Self.filling("second"))
            gateway.clock.advance(by: .seconds(60))
            _ = try await gateway.recovery.reconcile()
            let calls = gateway.service.calls.dropFirst(before)
            #expect(calls.count == 2)
            #expect(Set(calls).count == 1, "\(calls)")
            let sent = String(describing: calls.first?.request)
            #expect(sent.contains("first"), "\(sent)")
        }
    }

    @Test("What the client gave, amounts and ids stay as they are")
    func clientsWords() async throws {
        try await withGateway { gateway throws in
            gateway.service.fillIn(Self.filling("settings"))
            let order = try await gateway.order()
            var command = CreatePaymentCommand(orderID: order.id, amount: order.amount)
            command.returnURL = "https://shop.example/back"
            command.metadata = ["cart": "7"]
            #expect(try await gateway.flow.create(command, request()).status == 201)
            guard case .create(let create) = gateway.service.calls.last?.request else {
                Issue.record("no creation")
                return
            }
            #expect(create.returnURL == "https://shop.example/back" && create.description == "settings")
            #expect(create.amount == order.amount && create.metadata == ["cart": "7"])
            let intent = try #require(try await gateway.transaction(of: order).paymentIntentID)
            #expect(try await gateway.confirm(intent).status == 200)
            guard case .confirm(let confirm) = gateway.service.calls.last?.request else {
                Issue.record("no confirmation")
                return
            }
            #expect(confirm.paymentIntentID == intent && confirm.paymentMethod == "pm_card" && confirm.returnURL == "settings")
            #expect(try await gateway.refund(intent, amount: "40.00").status == 200)
            guard case .refund(let refund) = gateway.service.calls.last?.request else {
                Issue.record("no refund")
                return
            }
            #expect(refund.amount == usd(4_000) && refund.reason == "settings")
        }
    }
}
