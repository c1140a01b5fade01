import ProviderAPI
import Testing

@testable import PaynowProvider

@Suite("Transactions")
struct TransactionTests {
    @Test(
        "Each documented status has its meaning, in any letter case",
        arguments: [
            ("Created", PaymentIntent.Status.requiresAction), ("Sent", .requiresAction), ("Cancelled", .canceled),
            ("Paid", .succeeded), ("Awaiting Delivery", .succeeded), ("Delivered", .succeeded), ("Disputed", .succeeded),
            ("Refunded", .succeeded),
        ])
    func statuses(name: String, status: PaymentIntent.Status) {
        #expect(PaynowStatus(name)?.intentStatus == status)
        #expect(PaynowStatus(name.uppercased())?.intentStatus == status)
        #expect(PaynowStatus.allCases.count == 8)
    }

    @Test("Only a refunded transaction has a refund, and only a paid one has captured anything", arguments: PaynowStatus.allCases)
    func money(status: PaynowStatus) throws {
        let transaction = try #require(Self.transaction(status: status.rawValue))
        #expect((transaction.refund != nil) == (status == .refunded))
        #expect(transaction.intent.amountCaptured == (transaction.intent.status == .succeeded ? 9_999 : 0))
    }

    @Test(
        "The id is cut out of the poll address, and leads back to it",
        arguments: [
            "https://www.paynow.co.zw/Interface/CheckPayment/?guid=3cb27f4b-b3ef-4d1f-9178-5e5e62a43995",
            "http://elsewhere.example:7106/Interface/CheckPayment/?guid=3cb27f4b-b3ef-4d1f-9178-5e5e62a43995",
        ])
    func pollAddress(url: String) throws {
        let address = try #require(PollAddress(url))
        #expect(address.guid == "3cb27f4b-b3ef-4d1f-9178-5e5e62a43995")
        #expect(PollAddress(guid: address.guid) == address)
        #expect(
            address.url(at: "https://paynow.example")
                == "https://paynow.example/Interface/CheckPayment/?guid=3cb27f4b-b3ef-4d1f-9178-5e5e62a43995")
    }

    @Test(
        "No other address has an id, and nothing gets into an address by an id",
        arguments: [
            "https://www.paynow.co.zw/Interface/CheckPayment/", "https://www.paynow.co.zw/Interface/Other/?guid=1",
            "https://www.paynow.co.zw/Interface/CheckPayment/?guid=",
            "https://www.paynow.co.zw/Interface/CheckPayment/?guid=1&more=2",
            "https://www.paynow.co.zw/Interface/CheckPayment/?guid=../1", "",
        ])
    func otherAddresses(url: String) {
        #expect(PollAddress(url) == nil)
    }

    @Test("A trace is as long as it may be, the same for an operation and another for another")
    func traces() {
        let first = PaynowService.trace(of: "0123456789abcdef0123456789abcdef-7")
        #expect(first.count == 32)
        #expect(first == PaynowService.trace(of: "0123456789abcdef0123456789abcdef-7"))
        #expect(first != PaynowService.trace(of: "0123456789abcdef0123456789abcdef-8"))
    }

    @Test("Complaints are passed on without keys, hashes and card numbers, and not at length")
    func redaction() {
        let redaction = Redaction(keys: ["k-1", "k-2"])
        #expect(redaction("with k-1 and k-2") == "with [secret] and [secret]")
        #expect(redaction("Invalid Hash.  Hash should start with: 8AB116") == "Invalid Hash.  Hash should start with: [hash]")
        #expect(redaction("not " + String(repeating: "A0", count: 64)) == "not [hash]")
        #expect(redaction("card 4242 4242 4242 4242 refused") == "card [number] refused")
        #expect(redaction(String(repeating: "x", count: 1000)).count == 200)
    }

    private static func transaction(status: String) -> PaynowTransaction? {
        var message = PaynowMessage()
        message.add("reference", "op_1")
        message.add("paynowreference", "9510")
        message.add("amount", "99.99")
        message.add("status", status)
        message.add("pollurl", "https://www.paynow.co.zw/Interface/CheckPayment/?guid=g-1")
        return Currency("USD").flatMap { PaynowTransaction(message, in: $0) }
    }
}
