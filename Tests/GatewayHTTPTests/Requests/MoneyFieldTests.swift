import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("The fields amount and currency")
struct MoneyFieldTests {
    @Test(
        "make an amount, from a number or from a string with the same digits",
        arguments: [
            ("99.99", "\"USD\"", 9999, "USD"), ("\"99.99\"", "\"usd\"", 9999, "USD"), ("100", "\"JPY\"", 100, "JPY"),
            ("1.25", "\"KWD\"", 1250, "KWD"), ("1e2", "\"Usd\"", 10_000, "USD"), ("5.000", "\"JPY\"", 5, "JPY"),
        ] as [(String, String, Int64, String)]
    )
    func accepted(amount: String, currency: String, minorUnits: Int64, code: String) throws {
        var fields = FieldReader(try object("{\"amount\":\(amount),\"currency\":\(currency)}"))
        #expect(fields.money() == (try money(minorUnits, code)))
        try fields.finish()
    }

    @Test(
        "are refused by name, with the cause and the correction",
        arguments: [
            ("{}", ["currency: It is missing.", "amount: It is missing."]),
            (#"{"amount":null,"currency":null}"#, ["currency: It is missing.", "amount: It is missing."]),
            (#"{"amount":99.999,"currency":"USD"}"#, ["amount: USD has at most 2 decimals."]),
            (#"{"amount":0.5,"currency":"JPY"}"#, ["amount: JPY has no decimals."]),
            (#"{"amount":0,"currency":"USD"}"#, ["amount: It must be greater than zero."]),
            (#"{"amount":-1,"currency":"USD"}"#, ["amount: It must be greater than zero."]),
            (#"{"amount":1e999999999,"currency":"USD"}"#, ["amount: It must be at most 9999999999.99."]),
            (#"{"amount":1e99,"currency":"JPY"}"#, ["amount: It must be at most 999999999999."]),
            (#"{"amount":"ten","currency":"USD"}"#, ["amount: It must be a decimal number in major units, such as 99.99."]),
            (#"{"amount":"","currency":"USD"}"#, ["amount: It must be a decimal number in major units, such as 99.99."]),
            (#"{"amount":" 1","currency":"USD"}"#, ["amount: It must be a decimal number in major units, such as 99.99."]),
            (#"{"amount":true,"currency":"USD"}"#, ["amount: It must be a decimal number, not a boolean."]),
            (#"{"amount":[1],"currency":"USD"}"#, ["amount: It must be a decimal number, not an array."]),
            (
                #"{"amount":1,"currency":"XAU"}"#,
                ["currency: It must be the code of an ISO 4217 currency with a minor unit, such as USD."]
            ),
            (
                #"{"amount":1,"currency":"DOLLAR"}"#,
                ["currency: It must be the code of an ISO 4217 currency with a minor unit, such as USD."]
            ),
            (#"{"amount":1,"currency":840}"#, ["currency: It must be a string, not a number."]),
            (#"{"amount":1}"#, ["currency: It is missing."]),
            (#"{"currency":"USD"}"#, ["amount: It is missing."]),
            (#"{"amount":-5}"#, ["currency: It is missing.", "amount: It must be greater than zero."]),
            (
                #"{"amount":"x","currency":"nope"}"#,
                [
                    "currency: It must be the code of an ISO 4217 currency with a minor unit, such as USD.",
                    "amount: It must be a decimal number in major units, such as 99.99.",
                ]
            ),
            // Which of these amounts would be too fine or too large depends on the currency, and that is what is wrong.
            (#"{"amount":1.23456}"#, ["currency: It is missing."]), (#"{"amount":999999999999}"#, ["currency: It is missing."]),
        ]
    )
    func refused(body: String, expected: [String]) throws {
        var fields = FieldReader(try object(body))
        #expect(fields.money() == nil)
        #expect(try fieldErrors { try fields.finish() } == expected)
    }
}
