import ProviderAPI

/// What tells a repeat of a request from another request under the same idempotency key.
enum Fingerprint {
    /// The same text for the same operation with the same parameters, in every process.
    static func of(_ operation: String, _ request: some Fingerprinted, as identity: OperationIdentity) -> String {
        var text = Array("\(operation) \(identity.id) ".utf8)
        text += JSONWriter.object { request.write(to: &$0) }
        // A digest and no secret: 96 bits of it tell requests apart.
        return String(HMACSHA256.hex(text, key: []).prefix(24))
    }
}

/// A request with all its parameters: what is left out here, a repeat may have changed unseen.
///
/// By hand, because Foundation's encoder took a third of the mock's time for a call, which a benchmark of the gateway is full of.
protocol Fingerprinted {
    func write(to json: inout JSONWriter)
}

extension CreatePaymentIntentRequest: Fingerprinted {
    func write(to json: inout JSONWriter) {
        json.member("amount", amount)
        json.member("captureMethod", captureMethod.rawValue)
        json.member("customer", customer)
        json.member("description", description)
        json.member("metadata", metadata)
        json.member("orderID", orderID)
        json.member("receiptEmail", receiptEmail)
        json.member("returnURL", returnURL)
        json.member("statementDescriptorSuffix", statementDescriptorSuffix)
        json.member("userID", userID)
        json.member("providerFields", ifAny: providerFields)
    }
}

extension ConfirmPaymentRequest: Fingerprinted {
    func write(to json: inout JSONWriter) {
        json.member("paymentIntentID", paymentIntentID)
        json.member("paymentMethod", paymentMethod)
        json.member("returnURL", returnURL)
        json.member("providerFields", ifAny: providerFields)
    }
}

extension CapturePaymentRequest: Fingerprinted {
    func write(to json: inout JSONWriter) {
        json.member("amount", amount)
        json.member("paymentIntentID", paymentIntentID)
        json.member("providerFields", ifAny: providerFields)
    }
}

extension CancelPaymentRequest: Fingerprinted {
    func write(to json: inout JSONWriter) {
        json.member("paymentIntentID", paymentIntentID)
        json.member("reason", reason)
        json.member("providerFields", ifAny: providerFields)
    }
}

extension CreateRefundRequest: Fingerprinted {
    func write(to json: inout JSONWriter) {
        json.member("amount", amount)
        json.member("metadata", metadata)
        json.member("paymentIntentID", paymentIntentID)
        json.member("reason", reason)
        json.member("providerFields", ifAny: providerFields)
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, ifAny values: [String: String]?) {
        if let values { member(name, values) }
    }

    fileprivate mutating func member(_ name: String, _ money: Money) {
        member(
            name,
            object: { json in
                json.member("currency", money.currency.code)
                json.member("minorUnits", money.minorUnits)
            })
    }
}
