import ProviderAPI
import Testing

@testable import MockProvider

@Suite("A request's fingerprint")
struct FingerprintTests {
    private func fingerprint(_ request: some Fingerprinted) -> String {
        Fingerprint.of("operation", request, as: OperationIdentity(id: "1", idempotencyKey: "key"))
    }

    /// - Parameter changes: of each stored property one.
    private func expectTold<Request: Fingerprinted>(_ request: Request, _ changes: [(inout Request) -> Void]) {
        #expect(changes.count == Mirror(reflecting: request).children.count)
        let changed = changes.map { change in
            var other = request
            change(&other)
            return fingerprint(other)
        }
        #expect(Set(changed + [fingerprint(request)]).count == changes.count + 1)
    }

    @Test("tells requests apart that differ in any field")
    func fields() throws {
        let amount = Money(minorUnits: 100, currency: try #require(Currency("USD")))
        let more = Money(minorUnits: 101, currency: amount.currency)
        expectTold(
            CreatePaymentIntentRequest(amount: amount, orderID: 1, userID: "42"),
            [
                { $0.amount = more }, { $0.orderID = 2 }, { $0.userID = "43" }, { $0.captureMethod = .manual },
                { $0.description = "x" }, { $0.receiptEmail = "x" }, { $0.statementDescriptorSuffix = "x" },
                { $0.customer = "x" },
                { $0.metadata = ["x": "y"] }, { $0.returnURL = "x" }, { $0.providerFields = ["x": "y"] },
            ])
        expectTold(
            ConfirmPaymentRequest(paymentIntentID: "pi_1"),
            [
                { $0.paymentIntentID = "pi_2" }, { $0.paymentMethod = "x" }, { $0.returnURL = "x" },
                { $0.providerFields = ["x": "y"] },
            ])
        expectTold(
            CapturePaymentRequest(paymentIntentID: "pi_1", amount: amount),
            [{ $0.paymentIntentID = "pi_2" }, { $0.amount = more }, { $0.providerFields = ["x": "y"] }])
        expectTold(
            CancelPaymentRequest(paymentIntentID: "pi_1"),
            [{ $0.paymentIntentID = "pi_2" }, { $0.reason = "x" }, { $0.providerFields = ["x": "y"] }])
        expectTold(
            CreateRefundRequest(paymentIntentID: "pi_1", amount: amount),
            [
                { $0.paymentIntentID = "pi_2" }, { $0.amount = more }, { $0.reason = "x" }, { $0.metadata = ["x": "y"] },
                { $0.providerFields = ["x": "y"] },
            ])
    }

    @Test("tells amounts of the same number in two currencies apart, and operations with the same request")
    func currenciesAndOperations() throws {
        let currencies = try ["USD", "EUR"].map { try #require(Currency($0)) }
        let captures = currencies.map {
            CapturePaymentRequest(paymentIntentID: "pi_1", amount: Money(minorUnits: 1, currency: $0))
        }
        #expect(Set(captures.map(fingerprint)).count == 2)
        let identities = ["1", "2"].map { OperationIdentity(id: $0, idempotencyKey: "key") }
        #expect(Set(identities.map { Fingerprint.of("capture", captures[0], as: $0) }).count == 2)
        #expect(Set(["capture", "cancel"].map { Fingerprint.of($0, captures[0], as: identities[0]) }).count == 2)
    }
}
