import GatewayHarness
import Testing

@Suite("Amounts and currencies", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct AmountTests {
    /// JSON literals of an amount and its currency, and what the amount means.
    static let good: [(amount: String, currency: String, exact: String)] = [
        ("99.99", "USD", "99.99"), ("0.01", "USD", "0.01"), ("1e2", "USD", "100"), ("1E+2", "USD", "100"), ("1.5e1", "USD", "15"),
        ("99.990", "USD", "99.99"), ("5.00000000000000000000000000000000000000000000", "USD", "5"),
        (#""99.99""#, "USD", "99.99"), (#""100""#, "JPY", "100"), ("100", "JPY", "100"), ("100.0", "JPY", "100"),
        ("1.250", "KWD", "1.25"), ("0.001", "KWD", "0.001"), ("0.29", "EUR", "0.29"), ("1.15", "EUR", "1.15"),
        ("8.41", "GBP", "8.41"), ("9999999999.99", "USD", "9999999999.99"), ("999999999999", "JPY", "999999999999"),
        ("100", "usd", "100"), ("100", "Usd", "100"),
    ]

    @Test("An amount is read from its literal and written exactly", arguments: good)
    func accepted(amount: String, currency: String, exact: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let answer = try await user.post("/orders", #"{"amount":\#(amount),"currency":"\#(currency)"}"#)
        #expect(answer.status == 201, "\(answer)")
        #expect(answer["amount"].decimal == exact, "\(answer)")
        #expect(answer["currency"].string == currency.uppercased())
        let id = try #require(answer["id"].integer)
        #expect(try await user.get("/orders/\(id)")["amount"].decimal == exact)
    }

    static let badAmounts: [(amount: String, currency: String)] = [
        ("99.999", "USD"), ("-1", "USD"), ("0", "USD"), ("0.00", "USD"), ("-0", "USD"), ("0.001", "USD"), ("1e400", "USD"),
        ("1e-400", "USD"), ("1e99999999999999999999", "USD"), ("100.5", "JPY"), ("1.2505", "KWD"), ("10000000000.00", "USD"),
        ("1000000000000", "JPY"), ("9223372036854775808", "USD"), (String(repeating: "9", count: 5000), "USD"),
        ("0." + String(repeating: "0", count: 5000) + "1", "USD"), ("null", "USD"), ("true", "USD"), ("[1]", "USD"),
        (#"{"value":1}"#, "USD"), (#""abc""#, "USD"), (#""""#, "USD"), (#"" 1""#, "USD"), (#""1 ""#, "USD"), (#""+1""#, "USD"),
        (#""1,00""#, "USD"), (#""0x10""#, "USD"), (#""NaN""#, "USD"), (#""Infinity""#, "USD"), (#""-1""#, "USD"),
        (#""99.999""#, "USD"), (#""\u0661\u0662""#, "USD"), (#""1\u0000""#, "USD"),
        ("\"\(String(repeating: "9", count: 5000))\"", "USD"),
    ]

    @Test("An amount that is none is refused by the field's name", arguments: badAmounts)
    func refused(amount: String, currency: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let order = try await user.post("/orders", #"{"amount":\#(amount),"currency":"\#(currency)"}"#)
        expectProblem(order, 422, "invalid_request", field: "amount")
        #expect(order.body.count < 2000, "the input is not sent back at length")
        let intent = try await user.requestIntent(order: 1, amount, currency)
        expectProblem(intent, 422, "invalid_request", field: "amount")
    }

    @Test(
        "A currency that is none in trade is refused by the field's name",
        arguments: [
            #""XXX""#, #""XTS""#, #""XAU""#, #""xag""#, #""XDR""#, #""ABC""#, #""US""#, #""USDX""#, #""""#, #""U$D""#, #""ÜSD""#,
            "null", "840", "{}", #"["USD"]"#,
        ]
    )
    func currencies(currency: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let answer = try await user.post("/orders", #"{"amount":1,"currency":\#(currency)}"#)
        expectProblem(answer, 422, "invalid_request", field: "currency")
    }

    @Test("Every wrong field is named at once")
    func allFields() async throws {
        let user = try GatewayProcess.shared.newUser()
        let answer = try await user.post("/orders", #"{"amount":-1,"currency":"XXX"}"#)
        expectProblem(answer, 422, "invalid_request", field: "amount")
        expectProblem(answer, 422, "invalid_request", field: "currency")
    }

    @Test("A missing field is named", arguments: [(#"{"currency":"USD"}"#, "amount"), (#"{"amount":1}"#, "currency")])
    func missing(body: String, field: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        expectProblem(try await user.post("/orders", body), 422, "invalid_request", field: field)
    }

    @Test("The amount of a refund follows the same rules", arguments: ["0", "-1", "abc", "1.005", "1e400", "", "NaN", "%00"])
    func refundAmounts(amount: String) async throws {
        let user = try GatewayProcess.shared.newUser()
        let payment = try await user.pay("10.00")
        expectProblem(try await user.refund(payment, amount), 422, "invalid_request", field: "amount")
        #expect(try await user.transaction(payment)["amount_refunded"].decimal == "0")
    }

    @Test(
        "Payments work in currencies with no, two and three decimals",
        arguments: [
            ("100", "JPY", 100), ("1.25", "EUR", 125), ("1.250", "KWD", 1250),
        ])
    func minorUnits(amount: String, currency: String, minorUnits: Int) async throws {
        let gateway = try GatewayProcess.shared
        let payment = try await gateway.newUser().pay(amount, currency)
        #expect(try gateway.journal(object: payment.intent).allSatisfy { $0["amount"].integer == minorUnits })
        let row = try await gateway.database.count("SELECT captured FROM payment_transactions WHERE id = \(payment.transaction)")
        #expect(row == minorUnits)
    }
}
