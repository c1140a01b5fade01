import Foundation
import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("A query's parameters")
struct QueryReaderTests {
    /// What is wrong with a query that `read` reads to its end.
    private func problems(_ query: String, _ read: (inout QueryReader) -> Void = { _ in }) throws -> [String] {
        var reader = QueryReader(query)
        read(&reader)
        return try fieldErrors { try reader.finish() }
    }

    @Test("are decoded from percent-encoding, plus signs as spaces, empty pairs left out")
    func decoded() throws {
        var query = QueryReader("a=x%20y&b=p+q&&c=%C3%A9%2B&d=1=2&")
        #expect(query.string("a") == "x y")
        #expect(query.string("b") == "p q")
        #expect(query.string("c") == "é+")
        #expect(query.string("d") == "1=2")
        #expect(query.string("absent") == nil)
        try query.finish()
        for empty in [nil, "", "&"] {
            var query = QueryReader(empty)
            try query.finish()
        }
    }

    @Test("are refused where they are unknown, so that a slip of the pen does not refund everything")
    func unknown() throws {
        let found = try problems("amout=50&Amount=50") { #expect($0.string("amount") == nil) }
        #expect(
            found == [
                "Amount: There is no such parameter; there are: amount.", "amout: There is no such parameter; there are: amount.",
            ])
    }

    @Test("are refused where they occur twice, even with the same value")
    func twice() throws {
        #expect(try problems("a=1&a=1") { _ = $0.string("a") } == ["a: It occurs twice."])
        #expect(try problems("a=1&%61=2") { _ = $0.string("a") } == ["a: It occurs twice."])
    }

    @Test("are refused where the encoding is broken", arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "a=%C3", "%=1", "%FF=1"])
    func brokenEncoding(query: String) throws {
        #expect(try problems(query) { _ = $0.string("a") } == ["query: A parameter's percent-encoding is broken."])
    }

    @Test("have names", arguments: ["=1", "=", "a=1&=2"])
    func noName(query: String) throws {
        #expect(try problems(query) { _ = $0.string("a") } == ["query: A parameter has no name."])
    }

    @Test("that are texts have 1 to 255 characters")
    func strings() throws {
        var query = QueryReader("a=" + String(repeating: "x", count: 255))
        #expect(query.string("a")?.count == 255)
        try query.finish()
        // Characters, not bytes.
        var accented = QueryReader("a=" + String(repeating: "%C3%A9", count: 255))
        #expect(accented.string("a")?.count == 255)
        try accented.finish()
        for bad in ["a=", "a", "a=" + String(repeating: "x", count: 256)] {
            let found = try problems(bad) { #expect($0.string("a") == nil) }
            #expect(found == ["a: It must have 1 to 255 characters."])
        }
    }

    @Test("that are whole numbers are within bounds")
    func integers() throws {
        for (text, value) in [("1", 1), ("100", 100)] as [(String, Int64)] {
            var query = QueryReader("n=\(text)")
            #expect(query.integer("n", in: 1...100) == value)
            try query.finish()
        }
        for bad in ["0", "101", "-1", "1.0", "1e1", "ten", "9223372036854775808", "+1", "%201"] {
            let bounded = try problems("n=\(bad)") { #expect($0.integer("n", in: 1...100) == nil) }
            #expect(bounded == ["n: It must be a whole number from 1 to 100."])
        }
    }

    @Test("that are words are one of those there are", arguments: PaymentStatus.allCases)
    func words(status: PaymentStatus) throws {
        var query = QueryReader("status=\(status.rawValue)")
        #expect(query.word("status") == status)
        try query.finish()
        let found = try problems("status=\(status.rawValue.uppercased())") { query in
            let word: PaymentStatus? = query.word("status")
            #expect(word == nil)
        }
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("status: It must be one of: requires_payment_method, ") == true)
    }

    @Test("that are times are in RFC 3339")
    func times() throws {
        var query = QueryReader("from=2026-01-08T01:00:00Z&to=2026-01-08T03:00:00%2B02:00")
        #expect(query.time("from") == Timestamp(unixSeconds: 1_767_834_000))
        #expect(query.time("to") == Timestamp(unixSeconds: 1_767_834_000))
        try query.finish()
        // A plus sign that is not encoded is a space.
        for bad in ["2026-01-08", "yesterday", "2026-02-30T00:00:00Z", "2026-01-08T01:00:00Zx", "2026-01-08T03:00:00+02:00"] {
            let found = try problems("from=\(bad)") { #expect($0.time("from") == nil) }
            #expect(found == ["from: It must be a time in RFC 3339, such as 2026-01-08T01:00:00Z."])
        }
    }

    @Test("of a page have a limit of 20 unless they say one, and a cursor that comes from a page before")
    func pages() throws {
        var plain = QueryReader(nil)
        let first = plain.page()
        #expect(first.limit == 20 && first.beforeID == nil)
        for id in [1, 2, 99, 12_345, Int64.max] {
            var query = QueryReader("limit=100&cursor=\(PageCursor.text(after: id))")
            let page = query.page()
            #expect(page.limit == 100 && page.beforeID == id)
            try query.finish()
            let place = TransactionQuery.UpdatePosition(updatedAt: Timestamp(unixMilliseconds: id - 7), id: id)
            var changes = QueryReader("cursor=\(PageCursor.text(after: place))")
            #expect(changes.pageByUpdate().before == place)
            try changes.finish()
        }
        for cursor in ["v1:5", "v1u:5", "v1u:5:0", "v1u:x:5", "v1u::", "v1u:5:5:5", "v2u:5:5"] {
            let text = Data(cursor.utf8).base64EncodedString().filter { $0 != "=" }
            let found = try problems("cursor=\(text)") { _ = $0.pageByUpdate() }
            #expect(found == ["cursor: It must be the next_cursor of a page before."], "\(cursor)")
        }
        #expect(try problems("limit=0") { _ = $0.page() } == ["limit: It must be a whole number from 1 to 100."])
        #expect(try problems("limit=101") { _ = $0.page() } == ["limit: It must be a whole number from 1 to 100."])
        let forged = ["v1:0", "v1:-1", "v2:5", "v1:", "v1:x", "5", "v1u:5:5"].map {
            Data($0.utf8).base64EncodedString().filter { $0 != "=" }
        }
        for cursor in forged + ["5", "%", "!!!!", "v1:5"] where cursor != "%" {
            #expect(
                try problems("cursor=\(cursor)") { _ = $0.page() } == ["cursor: It must be the next_cursor of a page before."],
                "\(cursor)")
        }
    }
}
