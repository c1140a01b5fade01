import Testing

@testable import GatewayHost

@Suite("What to do after `gateway provider new`")
struct NextStepsTests {
    @Test("Every command is ready to paste, from wherever the folder and the gateway are")
    func commands() throws {
        let steps = NextSteps(name: try ProviderName("acme-pay"), folder: "/home/ada/it's mine", gateway: "/opt/gateway/gateway")
            .text
        let lines = steps.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { $0.drop { $0 == " " } }
        for command in [
            #"cd '/home/ada/it'\''s mine'"#, "swift build", "swift test", "/opt/gateway/gateway check",
            "/opt/gateway/gateway serve",
            "/opt/gateway/gateway certify .build/debug/libAcmePayProvider.so --recording Recordings",
            "python3 simulator/acme_pay.py --webhook-url http://127.0.0.1:8080/api/v1/payments/webhooks/acme-pay",
        ] {
            #expect(lines.contains { $0 == command }, "\(command)")
        }
        #expect(steps.contains(#"-d '{"payment_method": "tok_ok"}'"#))
        #expect(steps.contains(#"-d "{\"order_id\": $order, \"amount\": 99.99, \"currency\": \"USD\"}""#))
    }
}
