import ProviderAPI
import ProviderTestKit
import Testing

@testable import AcmePayProvider

@Suite("Errors")
struct ErrorTests {
    /// What the gateway does with the money hangs on this word alone.
    enum Outcome: String {
        case declined, invalidRequest, authentication, notFound, invalidState, notSent, unknown

        init(_ error: ProviderError?) {
            self =
                switch error {
                case .declined: .declined
                case .rejected(let rejection): Outcome(rawValue: rejection.reason.rawValue) ?? .unknown
                case .notSent: .notSent
                default: .unknown
                }
        }
    }

    @Test(
        "Status and code decide the outcome",
        arguments: [
            (402, Wire.error("card_declined"), .declined), (400, Wire.error("invalid_request"), .invalidRequest),
            (401, Wire.error("invalid_key"), .authentication), (403, Wire.error("forbidden"), .authentication),
            (404, Wire.error("not_found"), .notFound), (409, Wire.error("wrong_state"), .invalidState),
            (409, Wire.error("idempotency_key_in_use"), .unknown), (409, Wire.error("idempotency_key_reused"), .unknown),
            (429, Wire.error("rate_limited"), .notSent), (500, Wire.error("internal"), .unknown), (503, "", .unknown),
            (404, "<html>no such route</html>", .unknown), (418, Wire.error("teapot"), .unknown), (302, "", .unknown),
        ] as [(Int, String, Outcome)])
    func outcomes(status: Int, body: String, outcome: Outcome) async throws {
        let harness = try await AcmePayHarness([.json(body, status: status)])
        let error = await #expect(throws: ProviderError.self) {
            try await harness.service.confirmPayment(
                ConfirmPaymentRequest(paymentIntentID: "pay_1"), as: .testing("op_1"), in: .testing())
        }
        #expect(Outcome(error) == outcome)
    }

    @Test("Secrets and card numbers in Acme Pay's messages reach neither error nor log")
    func redaction() async throws {
        let message = "token 4242 4242 4242 4242 of ct_unit1 under key_unit_tests"
        let harness = try await AcmePayHarness([.json(Wire.error("card_declined", message), status: 402)])
        let error = await #expect(throws: ProviderError.self) {
            try await harness.service.confirmPayment(
                ConfirmPaymentRequest(paymentIntentID: "pay_1"), as: .testing("op_1"), in: .testing())
        }
        #expect(error == .declined(Decline(code: "card_declined", message: "token [number] of [secret] under [secret]")))
        #expect(!harness.log.lines.joined().contains("key_unit_tests"))
    }
}
