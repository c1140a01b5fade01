import GatewayCore
import ProviderAPI

extension OperationRequest {
    /// The text that it is decoded from: that of `Codable`, with sorted names and without what is nil.
    ///
    /// Each payment writes one, on the writer's only thread, where Foundation's encoder took a twelfth of the time. The decoder is
    /// the synthesized one; a test holds this to it, field by field.
    var json: [UInt8] {
        JSONWriter.object { json in
            switch self {
            case .create(let request): json.payload("create", request) { $1.write(to: &$0) }
            case .confirm(let request): json.payload("confirm", request) { $1.write(to: &$0) }
            case .capture(let request): json.payload("capture", request) { $1.write(to: &$0) }
            case .cancel(let request): json.payload("cancel", request) { $1.write(to: &$0) }
            case .refund(let request): json.payload("refund", request) { $1.write(to: &$0) }
            }
        }
    }
}

extension CreatePaymentIntentRequest {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.string("captureMethod", captureMethod.rawValue)
        json.string("customer", ifAny: customer)
        json.string("description", ifAny: description)
        json.strings("metadata", metadata)
        json.integer("orderID", orderID)
        json.strings("providerFields", ifAny: providerFields)
        json.string("receiptEmail", ifAny: receiptEmail)
        json.string("returnURL", ifAny: returnURL)
        json.string("statementDescriptorSuffix", ifAny: statementDescriptorSuffix)
        json.string("userID", userID)
    }
}

extension ConfirmPaymentRequest {
    fileprivate func write(to json: inout JSONWriter) {
        json.string("paymentIntentID", paymentIntentID)
        json.string("paymentMethod", ifAny: paymentMethod)
        json.strings("providerFields", ifAny: providerFields)
        json.string("returnURL", ifAny: returnURL)
    }
}

extension CapturePaymentRequest {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.string("paymentIntentID", paymentIntentID)
        json.strings("providerFields", ifAny: providerFields)
    }
}

extension CancelPaymentRequest {
    fileprivate func write(to json: inout JSONWriter) {
        json.string("paymentIntentID", paymentIntentID)
        json.strings("providerFields", ifAny: providerFields)
        json.string("reason", ifAny: reason)
    }
}

extension CreateRefundRequest {
    fileprivate func write(to json: inout JSONWriter) {
        json.money("amount", amount)
        json.strings("metadata", metadata)
        json.string("paymentIntentID", paymentIntentID)
        json.strings("providerFields", ifAny: providerFields)
        json.string("reason", ifAny: reason)
    }
}
