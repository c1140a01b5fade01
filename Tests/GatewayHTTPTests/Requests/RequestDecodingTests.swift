import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("A request's body")
struct RequestDecodingTests {
    private let user = Principal(subject: "42", isAdmin: false)
    private let admin = Principal(subject: "root", isAdmin: true)

    // MARK: POST /orders

    @Test("of an order makes one for its caller")
    func order() throws {
        let order = try NewOrder(
            try object(#"{"amount":"99.99","currency":"usd","description":"A book","metadata":{"cart":"7"}}"#), for: user
        )
        #expect(order == NewOrder(userID: "42", amount: try money(9999), description: "A book", metadata: ["cart": "7"]))
        let least = try NewOrder(try object(#"{"amount":1,"currency":"JPY"}"#), for: user)
        #expect(least == NewOrder(userID: "42", amount: try money(1, "JPY")))
    }

    @Test("of an order names another owner only where an admin sends it")
    func orderOwner() throws {
        let body = try object(#"{"amount":1,"currency":"JPY","user_id":"7"}"#)
        #expect(try NewOrder(body, for: admin).userID == "7")
        #expect(try gatewayError { try NewOrder(body, for: user) }.code == .forbidden)
        #expect(try NewOrder(try object(#"{"amount":1,"currency":"JPY","user_id":"42"}"#), for: user).userID == "42")
    }

    @Test("of an order is refused with every wrong field")
    func wrongOrder() throws {
        let fields = try fieldErrors {
            try NewOrder(
                try object(#"{"amount":-1,"currency":"EUR","description":5,"metadata":[],"status":"completed"}"#), for: user)
        }
        #expect(
            fields == [
                "amount: It must be greater than zero.", "description: It must be a string, not a number.",
                "metadata: It must be an object of strings, not an array.",
                "status: There is no such field; there are: currency, amount, description, metadata, user_id.",
            ]
        )
        #expect(try fieldErrors { try NewOrder([:], for: user) } == ["currency: It is missing.", "amount: It is missing."])
    }

    // MARK: POST /payments/create-payment-intent

    @Test("of a payment intent has an order and an amount; the rest may be absent or null")
    func createLeast() throws {
        let expected = CreatePaymentCommand(orderID: 7, amount: try money(9999))
        #expect(try CreatePaymentCommand(try object(#"{"order_id":7,"amount":99.99,"currency":"USD"}"#)) == expected)
        #expect(expected.captureMethod == .automatic)
        let nulls =
            #"{"order_id":7,"amount":99.99,"currency":"USD","provider":null,"capture_method":null,"metadata":null,"customer":null}"#
        #expect(try CreatePaymentCommand(try object(nulls)) == expected)
    }

    @Test("of a payment intent without a currency keeps the amount as it is written, for the order's currency")
    func createWithoutCurrency() throws {
        for body in [#"{"order_id":7,"amount":99.90}"#, #"{"order_id":7,"amount":"99.90","currency":null}"#] {
            let command = try CreatePaymentCommand(try object(body))
            #expect(command == CreatePaymentCommand(orderID: 7, amount: .inOrdersCurrency("99.90")))
        }
        // Decimals that some currency has are the order's to judge; the rest is wrong in any.
        #expect(try CreatePaymentCommand(try object(#"{"order_id":7,"amount":1.00001}"#)).amount == .inOrdersCurrency("1.00001"))
        #expect(
            try fieldErrors { try CreatePaymentCommand(try object(#"{"order_id":7,"amount":-1}"#)) } == [
                "amount: It must be greater than zero."
            ])
        #expect(try fieldErrors { try CreatePaymentCommand(try object(#"{"order_id":7}"#)) } == ["amount: It is missing."])
        #expect(
            try fieldErrors { try CreatePaymentCommand(try object(#"{"order_id":7,"amount":1,"currency":""}"#)) } == [
                "currency: It must have 1 to 255 characters."
            ])
    }

    @Test("of a payment intent is taken over whole")
    func createWhole() throws {
        let command = try CreatePaymentCommand(
            try object(
                #"{"order_id":7,"amount":1.25,"currency":"kwd","provider":"mock","capture_method":"manual","description":"d","#
                    + #""receipt_email":"a@example.test","statement_descriptor_suffix":"SHOP","customer":"cus_1","metadata":{"k":"v"},"#
                    + #""return_url":"https://shop.example/orders/7"}"#
            )
        )
        var expected = CreatePaymentCommand(orderID: 7, amount: try money(1250, "KWD"))
        expected.provider = "mock"
        expected.captureMethod = .manual
        expected.description = "d"
        expected.receiptEmail = "a@example.test"
        expected.statementDescriptorSuffix = "SHOP"
        expected.customer = "cus_1"
        expected.metadata = ["k": "v"]
        expected.returnURL = "https://shop.example/orders/7"
        #expect(command == expected)
    }

    private static let fields =
        "order_id, currency, amount, provider, capture_method, description, receipt_email, statement_descriptor_suffix, customer, "
        + "metadata, return_url"

    @Test(
        "of a payment intent is refused by the name of the wrong field",
        arguments: [
            (#""order_id":"7""#, "order_id: It must be a whole number from 1 to 9007199254740991."),
            (#""order_id":null"#, "order_id: It is missing."),
            (#""provider":"\#(String(repeating: "p", count: 33))""#, "provider: It must have 1 to 32 characters."),
            (#""capture_method":"later""#, "capture_method: It must be one of: automatic, manual."),
            (#""description":"\#(String(repeating: "d", count: 1001))""#, "description: It must have 1 to 1000 characters."),
            (#""receipt_email":"nobody""#, "receipt_email: It must be an e-mail address."),
            (#""receipt_email":"a@b@c.d""#, "receipt_email: It must be an e-mail address."),
            (#""receipt_email":"a b@c.d""#, "receipt_email: It must be an e-mail address."),
            (#""receipt_email":"@c.d""#, "receipt_email: It must be an e-mail address."),
            (#""receipt_email":"a@localhost""#, "receipt_email: It must be an e-mail address."),
            (
                #""statement_descriptor_suffix":"\#(String(repeating: "s", count: 23))""#,
                "statement_descriptor_suffix: It must have 1 to 22 characters."
            ),
            (#""customer":"""#, "customer: It must have 1 to 255 characters."),
            (
                #""return_url":"shop.example/orders/7""#,
                "return_url: It must be an absolute http or https URL, with what is not ASCII percent-encoded."
            ),
            (#""card":"4000""#, "card: There is no such field; there are: \(fields)."),
            (#""captureMethod":"manual""#, "captureMethod: There is no such field; there are: \(fields)."),
        ]
    )
    func wrongCreate(member: String, message: String) throws {
        let id = member.hasPrefix(#""order_id""#) ? "" : #""order_id":7,"#
        #expect(
            try fieldErrors { try CreatePaymentCommand(try object("{\(id)\"amount\":1,\"currency\":\"USD\",\(member)}")) } == [
                message
            ])
    }

    // MARK: Commands on an intent

    @Test("of a confirmation has a method and an address to return to, or nothing")
    func confirm() throws {
        #expect(try PaymentCommand.decodingConfirmation([:]) == .confirm(paymentMethod: nil, returnURL: nil))
        for url in ["https://example.test/back?a=1", "http://localhost:3000/"] {
            #expect(
                try PaymentCommand.decodingConfirmation(
                    try object("{\"payment_method\":\"pm_card_visa\",\"return_url\":\"\(url)\"}"))
                    == .confirm(paymentMethod: "pm_card_visa", returnURL: url)
            )
        }
        for url in [
            "example.test", "/back", "ftp://example.test", "javascript:alert(1)", "HTTPS:/x", "https://", "https:///",
            "https://?a",
            "https://#a", "https://a b",
            "https://é.test",
        ] {
            let fields = try fieldErrors { try PaymentCommand.decodingConfirmation(try object("{\"return_url\":\"\(url)\"}")) }
            #expect(fields == ["return_url: It must be an absolute http or https URL, with what is not ASCII percent-encoded."])
        }
        for url in [
            "https://shop.example@evil.example/", "https://user:password@shop.example/back", "http://@shop.example",
            "https://a@b?c",
            "https://shop.example\\\\@evil.example/", "https://shop.example/a\\\\b",
        ] {
            let fields = try fieldErrors { try PaymentCommand.decodingConfirmation(try object("{\"return_url\":\"\(url)\"}")) }
            #expect(fields == ["return_url: It must not have a user or password before its host, nor a backslash."], "\(url)")
        }
        for url in ["https://shop.example/@user", "https://shop.example?mail=a@b.example", "https://shop.example/#a@b"] {
            #expect(
                try PaymentCommand.decodingConfirmation(try object("{\"return_url\":\"\(url)\"}"))
                    == .confirm(paymentMethod: nil, returnURL: url))
        }
        #expect(
            try fieldErrors { try PaymentCommand.decodingConfirmation(try object(#"{"payment_method":{"card":{}}}"#)) }
                == ["payment_method: It must be a string, not an object."]
        )
    }

    @Test("has amounts of at most 255 characters", arguments: [#"{"amount":"A"}"#, #"{"amount":A}"#])
    func longAmount(body: String) throws {
        let longest = "1." + String(repeating: "0", count: 253)
        #expect(
            try PaymentCommand.decodingCapture(try object(body.replacing("A", with: longest))) == .capture(amount: longest))
        #expect(
            try fieldErrors { try PaymentCommand.decodingCapture(try object(body.replacing("A", with: longest + "0"))) }
                == ["amount: It must have at most 255 characters."])
    }

    @Test("of a capture has an amount as the client wrote it, or nothing")
    func capture() throws {
        #expect(try PaymentCommand.decodingCapture([:]) == .capture(amount: nil))
        #expect(try PaymentCommand.decodingCapture(try object(#"{"amount":5.50}"#)) == .capture(amount: "5.50"))
        #expect(try PaymentCommand.decodingCapture(try object(#"{"amount":"5.50"}"#)) == .capture(amount: "5.50"))
        #expect(
            try fieldErrors { try PaymentCommand.decodingCapture(try object(#"{"amount":true,"currency":"USD"}"#)) }
                == [
                    "amount: It must be a decimal number, not a boolean.", "currency: There is no such field; there are: amount.",
                ]
        )
    }

    @Test(
        "of a cancellation has one of the reasons that providers know, or nothing",
        arguments: ["duplicate", "fraudulent", "requested_by_customer", "abandoned"]
    )
    func cancel(reason: String) throws {
        #expect(try PaymentCommand.decodingCancellation([:]) == .cancel(reason: nil))
        #expect(try PaymentCommand.decodingCancellation(try object("{\"reason\":\"\(reason)\"}")) == .cancel(reason: reason))
        #expect(
            try fieldErrors { try PaymentCommand.decodingCancellation(try object("{\"reason\":\"\(reason).\"}")) }
                == ["reason: It must be one of: duplicate, fraudulent, requested_by_customer, abandoned."]
        )
    }

    @Test("of a refund has a reason and metadata; the amount is the query's")
    func refund() throws {
        #expect(try PaymentCommand.decodingRefund(amount: nil, [:]) == .refund(amount: nil, reason: nil, metadata: [:]))
        #expect(
            try PaymentCommand.decodingRefund(amount: "5.00", try object(#"{"reason":"duplicate","metadata":{"k":"v"}}"#))
                == .refund(amount: "5.00", reason: "duplicate", metadata: ["k": "v"])
        )
        // An amount in the body would be overlooked, and everything refunded.
        #expect(
            try fieldErrors { try PaymentCommand.decodingRefund(amount: nil, try object(#"{"amount":5,"reason":"abandoned"}"#)) }
                == [
                    "reason: It must be one of: duplicate, fraudulent, requested_by_customer.",
                    "amount: There is no such field; there are: reason, metadata.",
                ]
        )
    }
}
