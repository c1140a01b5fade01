import Testing

@testable import GatewayHost

@Suite("Names of new providers")
struct ProviderNameTests {
    @Test("A name is spelled for Swift, files, variables, headers and people")
    func spellings() throws {
        let two = try ProviderName("acme-pay2")
        #expect(two.spellings == ["AcmePay2", "Acme Pay2", "Acme-Pay2", "acme-pay2", "acme_pay2", "ACME_PAY2"])
        #expect(two.library == "libAcmePay2Provider.so")
        let one = try ProviderName("acme")
        #expect(one.spellings == ["Acme", "Acme", "Acme", "acme", "acme", "ACME"])
    }

    @Test(
        "What is no name in URLs and Swift is refused with the rule",
        arguments: [
            "", "Acme", "acme_pay", "acme pay", "-acme", "acme-", "acme--pay", "2pay", "\u{E4}cme", "acme/..", ".",
            String(repeating: "a", count: 33),
        ])
    func rule(text: String) {
        let error = #expect(throws: ScaffoldError.self) { try ProviderName(text) }
        #expect(error?.description.contains("lower-case letters and digits") == true)
    }

    @Test(
        "A name that the gateway or its SDK has is refused",
        arguments: ["mock", "stripe", "payment", "provider", "webhook"])
    func taken(text: String) {
        let error = #expect(throws: ScaffoldError.self) { try ProviderName(text) }
        #expect(error?.description.contains("the name \(text) is taken") == true)
    }
}
