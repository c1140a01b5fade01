import GatewayCore
import ProviderAPI

extension CreatePaymentCommand {
    /// Reads the body of `POST /payments/create-payment-intent`.
    init(_ body: [String: JSONValue]) throws {
        var fields = FieldReader(body)
        let orderID = fields.id("order_id")
        let amount = fields.amountOfOrder()
        let provider = fields.string("provider", maximum: 32)
        let captureMethod: CaptureMethod? = fields.word("capture_method", [.automatic, .manual])
        let description = fields.string("description", maximum: 1000)
        let receiptEmail = fields.string("receipt_email", maximum: 254)
        if let receiptEmail, !receiptEmail.looksLikeAddress { fields.report("receipt_email", "It must be an e-mail address.") }
        // Stripe's bound: the suffix follows the shop's prefix within 22 characters (/payments/account/statement-descriptors).
        let suffix = fields.string("statement_descriptor_suffix", maximum: 22)
        let customer = fields.string("customer")
        let metadata = fields.metadata()
        let returnURL = fields.returnURL()
        try fields.finish()
        guard let orderID, let amount else { throw GatewayError.invalid("amount", "It is missing.") }
        self.init(orderID: orderID, amount: amount)
        self.provider = provider
        self.captureMethod = captureMethod ?? .automatic
        self.description = description
        self.receiptEmail = receiptEmail
        statementDescriptorSuffix = suffix
        self.customer = customer
        self.metadata = metadata
        self.returnURL = returnURL
    }
}

extension FieldReader {
    /// `return_url`, where the payer's browser goes back to.
    fileprivate mutating func returnURL() -> String? {
        let url = string("return_url", maximum: 2048)
        if let url, !url.looksLikeAbsoluteURL {
            report("return_url", "It must be an absolute http or https URL, with what is not ASCII percent-encoded.")
        } else if let url, url.hasUserInformation {
            report("return_url", "It must not have a user or password before its host, nor a backslash.")
        }
        return url
    }
}

extension PaymentCommand {
    /// Reads the body of `POST /payments/{id}/confirm`.
    static func decodingConfirmation(_ body: [String: JSONValue]) throws -> PaymentCommand {
        var fields = FieldReader(body)
        let paymentMethod = fields.string("payment_method")
        let returnURL = fields.returnURL()
        try fields.finish()
        return .confirm(paymentMethod: paymentMethod, returnURL: returnURL)
    }

    /// Reads the body of `POST /payments/{id}/capture`.
    static func decodingCapture(_ body: [String: JSONValue]) throws -> PaymentCommand {
        var fields = FieldReader(body)
        let amount = fields.amountLiteral()
        try fields.finish()
        return .capture(amount: amount)
    }

    /// Reads the body of `POST /payments/{id}/cancel`.
    static func decodingCancellation(_ body: [String: JSONValue]) throws -> PaymentCommand {
        var fields = FieldReader(body)
        let reason: CancellationReason? = fields.word("reason", CancellationReason.allCases)
        try fields.finish()
        return .cancel(reason: reason?.rawValue)
    }

    /// Reads the query and the body of `POST /payments/{id}/refund`.
    static func decodingRefund(amount: String?, _ body: [String: JSONValue]) throws -> PaymentCommand {
        var fields = FieldReader(body)
        let reason: RefundReason? = fields.word("reason", RefundReason.allCases)
        let metadata = fields.metadata()
        try fields.finish()
        return .refund(amount: amount, reason: reason?.rawValue, metadata: metadata)
    }
}

/// Why a payment is canceled, in the words that providers know (Stripe: `cancellation_reason`).
private enum CancellationReason: String, CaseIterable {
    case duplicate
    case fraudulent
    case requestedByCustomer = "requested_by_customer"
    case abandoned
}

/// Why money is given back, in the words that providers know (Stripe: `reason`).
private enum RefundReason: String, CaseIterable {
    case duplicate
    case fraudulent
    case requestedByCustomer = "requested_by_customer"
}

extension NewOrder {
    /// Reads the body of `POST /orders`.
    ///
    /// - Throws: ``GatewayError/Code/forbidden`` where a user makes an order for someone else.
    init(_ body: [String: JSONValue], for principal: Principal) throws {
        var fields = FieldReader(body)
        let amount = fields.money()
        let description = fields.string("description", maximum: 1000)
        let metadata = fields.metadata()
        let owner = fields.subject("user_id")
        try fields.finish()
        if let owner, owner != principal.subject, !principal.isAdmin {
            throw GatewayError(.forbidden, "Only admins make orders for others (user_id).")
        }
        guard let amount else { throw GatewayError.invalid("amount", "It is missing.") }
        self.init(userID: owner ?? principal.subject, amount: amount, description: description, metadata: metadata)
    }
}

extension String {
    /// A host behind `http://` or `https://`, and nothing that a URL has percent-encoded only (RFC 3986, section 2).
    fileprivate var looksLikeAbsoluteURL: Bool {
        guard let scheme = ["https://", "http://"].first(where: hasPrefix) else { return false }
        let rest = utf8.dropFirst(scheme.utf8.count)
        guard let first = rest.first, !"/?#".utf8.contains(first) else { return false }
        return rest.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    /// Whether something before the host looks like another host to a person (`https://shop.example@evil.example`). Browsers read a
    /// backslash as a slash, and other programs do not.
    fileprivate var hasUserInformation: Bool {
        guard let start = firstRange(of: "://")?.upperBound else { return false }
        return contains("\\") || self[start...].prefix { !"/?#".contains($0) }.contains("@")
    }

    /// One `@` with something on either side and no space; the rest is the provider's to judge.
    fileprivate var looksLikeAddress: Bool {
        let parts = split(separator: "@", omittingEmptySubsequences: false)
        return parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !contains(" ")
    }
}
