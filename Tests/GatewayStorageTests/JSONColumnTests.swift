import Foundation
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

/// The texts that are written without Foundation's encoder, held to the synthesized `Codable` that reads them.
@Suite("JSON columns")
struct JSONColumnTests {
    /// Everything that has to be escaped, and much that must not be.
    private static let text = "a\"b\\c/d\n\t\u{0}\u{1F}\u{7F}é\u{2028}😀</script>"
    private static let pairs = [text: text, "b": "2", "a": "", "": "empty"]

    /// Reports what a sample leaves unset: a field that the sample leaves out could be forgotten unseen.
    private func requireComplete(_ sample: Any, _ path: String = "") {
        let mirror = Mirror(reflecting: sample)
        switch mirror.displayStyle {
        case .optional where mirror.children.isEmpty: Issue.record("the sample has no \(path)")
        case .dictionary where mirror.children.isEmpty: Issue.record("the sample has an empty \(path)")
        case .optional, .struct: for child in mirror.children { requireComplete(child.value, "\(path).\(child.label ?? "")") }
        default: break
        }
    }

    /// The names of an object and of all objects in it, in the order of the text.
    private func names(in text: String) -> [Substring] {
        text.matches(of: #/[{,]"([A-Za-z]+|_0)":/#).map(\.output.1)
    }

    @Test("hold every field of every operation's request, as its decoder reads them")
    func requests() throws {
        let amount = try money(9_999)
        var create = CreatePaymentIntentRequest(amount: amount, orderID: .max, userID: Self.text)
        create.captureMethod = .manual
        create.description = Self.text
        create.receiptEmail = Self.text
        create.statementDescriptorSuffix = Self.text
        create.customer = Self.text
        create.metadata = Self.pairs
        create.returnURL = Self.text
        create.providerFields = Self.pairs
        var confirm = ConfirmPaymentRequest(paymentIntentID: Self.text)
        confirm.paymentMethod = Self.text
        confirm.returnURL = Self.text
        confirm.providerFields = Self.pairs
        var capture = CapturePaymentRequest(paymentIntentID: Self.text, amount: amount)
        capture.providerFields = Self.pairs
        var cancel = CancelPaymentRequest(paymentIntentID: Self.text)
        cancel.reason = Self.text
        cancel.providerFields = Self.pairs
        var refund = CreateRefundRequest(paymentIntentID: Self.text, amount: amount)
        refund.reason = Self.text
        refund.metadata = Self.pairs
        refund.providerFields = Self.pairs
        for sample in [create, confirm, capture, cancel, refund] as [Any] { requireComplete(sample) }

        let complete: [OperationRequest] = [
            .create(create), .confirm(confirm), .capture(capture), .cancel(cancel), .refund(refund),
        ]
        #expect(Set(complete.map(\.kind)) == Set(GatewayCore.Operation.Kind.allCases))
        let bare: [OperationRequest] = [
            .create(CreatePaymentIntentRequest(amount: amount, orderID: 1, userID: "42")),
            .confirm(ConfirmPaymentRequest(paymentIntentID: "pi_1")), .cancel(CancelPaymentRequest(paymentIntentID: "pi_1")),
            .refund(CreateRefundRequest(paymentIntentID: "pi_1", amount: amount)),
        ]
        for request in complete + bare {
            let text = JSONColumn.encode(request: request)
            #expect(try JSONColumn.decode(text) == request)
        }
        // What has nothing to escape is the encoder's text to the letter.
        for request in bare { #expect(JSONColumn.encode(request: request) == (try JSONColumn.encode(request))) }
    }

    @Test("hold every field of every subject of an event, as its decoder reads them")
    func events() throws {
        let amount = try money(1_250, "KWD")
        var intent = PaymentIntent(id: Self.text, status: .requiresAction, amount: amount)
        intent.amountCaptured = .max
        intent.clientSecret = Self.text
        intent.nextAction = NextAction(type: Self.text, redirectURL: Self.text)
        intent.paymentMethod = Self.text
        intent.customerID = Self.text
        intent.chargeID = Self.text
        intent.lastError = PaymentFailure(code: Self.text, declineCode: Self.text, message: Self.text)
        intent.captureMethod = .manual
        intent.operationID = Self.text
        intent.metadata = Self.pairs
        intent.requestID = Self.text
        var refund = Refund(id: Self.text, paymentIntentID: Self.text, amount: amount, status: .requiresAction)
        refund.reason = Self.text
        refund.failureReason = Self.text
        refund.operationID = Self.text
        refund.metadata = Self.pairs
        refund.requestID = Self.text
        let dispute = Dispute(id: Self.text, paymentIntentID: Self.text, amount: amount, status: Self.text, reason: Self.text)
        for sample in [intent, refund, dispute] as [Any] { requireComplete(sample) }

        let subjects: [WebhookEvent.Subject] = [
            .paymentIntent(intent), .refund(refund), .dispute(dispute), .paymentIntentReference(id: Self.text),
            .refundsOfPaymentIntent(id: Self.text), .other,
            .paymentIntent(PaymentIntent(id: "pi_1", status: .succeeded, amount: amount)),
            .refund(Refund(id: "re_1", paymentIntentID: "pi_1", amount: amount, status: .pending)),
        ]
        for subject in subjects {
            let event = WebhookEvent(id: Self.text, type: Self.text, createdAt: time(), subject: subject)
            let text = try JSONColumn.encode(event: event)
            #expect(event.json != nil)
            #expect(try JSONColumn.decode(text) == event)
            let foundations = try JSONColumn.encode(event)
            #expect(names(in: text) == names(in: foundations))
        }
    }
}
