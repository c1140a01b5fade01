import ProviderAPI
import ProviderTestKit
import Testing

@testable import AcmePayProvider

@Suite("Mapping")
struct MappingTests {
    @Test(
        "Each status of a payment has its own in the gateway",
        arguments: [
            ("open", .requiresPaymentMethod), ("challenge", .requiresAction), ("pending", .processing),
            ("authorised", .requiresCapture), ("paid", .succeeded), ("voided", .canceled),
        ] as [(String, PaymentIntent.Status)])
    func paymentStatus(word: String, status: PaymentIntent.Status) async throws {
        let harness = try await AcmePayHarness([.json(Wire.payment(word))])
        #expect(try await harness.service.retrievePaymentIntent("pay_1", in: .testing()).status == status)
        #expect(harness.log.lines.allSatisfy { !$0.hasPrefix("warning") })
    }

    @Test(
        "Each status of a refund has its own in the gateway",
        arguments: [("queued", .pending), ("done", .succeeded), ("failed", .failed)] as [(String, Refund.Status)])
    func refundStatus(word: String, status: Refund.Status) async throws {
        let harness = try await AcmePayHarness([.json(Wire.refund(word))])
        #expect(try await harness.service.retrieveRefund("ref_1", in: .testing()).status == status)
    }

    @Test("A status that nobody has heard of keeps payment and refund open, and is warned of")
    func newStatus() async throws {
        let harness = try await AcmePayHarness([.json(Wire.payment("settled")), .json(Wire.refund("settled"))])
        #expect(try await harness.service.retrievePaymentIntent("pay_1", in: .testing()).status == .processing)
        #expect(try await harness.service.retrieveRefund("ref_1", in: .testing()).status == .pending)
        #expect(harness.log.lines.filter { $0.hasPrefix("warning") && $0.hasSuffix("status=settled") }.count == 2)
    }
}
