import Testing

@testable import PaynowProvider

@Suite("Paynow's messages")
struct MessageTests {
    /// The key of the documentation's examples.
    private static let key = "3e9fed89-60e1-4ce5-ab6e-6b1eb2d4f977"

    /// The example of https://developers.paynow.co.zw/docs/validating_hash.html.
    private static let answer = """
        status=Ok&browserurl=https%3a%2f%2fstaging.paynow.co.zw%2fPayment%2fConfirmPayment%2f9510&pollurl=https%3a%2f%2fstaging.paynow\
        .co.zw%2fInterface%2fCheckPayment%2f%3fguid%3dc7ed41da-0159-46da-b428-69549f770413&paynowreference=9510&hash=750DD0B0DF374678\
        707BB5AF915AF81C228B9058AD57BB7120569EC68BBB9C2EFC1B26C6375D2BC562AC909B3CD6B2AF1D42E1A5E479FFAC8F4FB3FDCE71DF4D
        """

    @Test("The published outbound message has the published hash")
    func outbound() {
        // https://developers.paynow.co.zw/docs/generating_hash.html
        var message = PaynowMessage()
        message.add("id", "1201")
        message.add("reference", "TEST REF")
        message.add("amount", "99.99")
        message.add("additionalinfo", "A test ticket transaction")
        message.add("returnurl", " http://www.google.com/search?q=returnurl")
        message.add("resulturl", "http://www.google.com/search?q=resulturl")
        message.add("status", "Message")
        #expect(
            message.hash(with: Self.key) == """
                2A033FC38798D913D42ECB786B9B19645ADEDBDE788862032F1BD82CF3B92DEF84F316385D5B40DBB35F1A4FD7D5BFE73835174136463CDD48C9366B\
                0749C689
                """)
    }

    @Test("The published inbound message is authentic, under any of several keys and no other")
    func inbound() throws {
        let message = try #require(PaynowMessage(Array(Self.answer.utf8)))
        #expect(
            message["pollurl"] == "https://staging.paynow.co.zw/Interface/CheckPayment/?guid=c7ed41da-0159-46da-b428-69549f770413"
        )
        #expect(message.isAuthentic(under: [Self.key]))
        #expect(message.isAuthentic(under: ["another", Self.key]))
        #expect(message.isAuthentic(under: [Self.key, "another"]))
        #expect(!message.isAuthentic(under: ["another"]))
        #expect(!message.isAuthentic(under: []))
    }

    @Test(
        "A value that was changed, left out or put elsewhere makes a message false",
        arguments: [
            ("Ok", "OK"), ("9510&hash", "9511&hash"), ("status=Ok&", ""), ("hash=", "other="), ("hash=7", "hash=8"),
        ])
    func changes(of old: String, to new: String) throws {
        let message = try #require(PaynowMessage(Array(Self.answer.replacing(old, with: new).utf8)))
        #expect(!message.isAuthentic(under: [Self.key]))
    }

    @Test("The hash may be in lower case, and its name in upper")
    func letterCase() throws {
        let parts = Self.answer.split(separator: "&hash=")
        let message = try #require(PaynowMessage(Array("\(parts[0])&Hash=\(parts[1].lowercased())".utf8)))
        #expect(message.isAuthentic(under: [Self.key]))
    }

    @Test("What goes out comes back, whatever is in it")
    func roundTrip() throws {
        var message = PaynowMessage()
        message.add("a b", "Tea & cake = 100 % + \u{FC}\u{1F375}")
        message.add("left out", nil)
        message.add("empty", "")
        message.sign(with: Self.key)
        let read = try #require(PaynowMessage(message.encoded))
        #expect(read.fields.map(\.name) == ["a b", "empty", "hash"])
        #expect(read["a b"] == "Tea & cake = 100 % + \u{FC}\u{1F375}")
        #expect(read.isAuthentic(under: [Self.key]))
    }

    @Test(
        "What is no form, or has a name twice, is no message",
        arguments: [
            "status", "status=%", "status=%4", "status=%zz", "status=%ff", "status=Ok&Status=Error", "{\"status\": 1}",
        ])
    func unreadable(text: String) {
        #expect(PaynowMessage(Array(text.utf8)) == nil)
    }
}
