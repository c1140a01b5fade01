import GatewayCore
import Testing

@testable import GatewayHTTP

@Suite("The wrong fields of a request")
struct FieldProblemsTests {
    @Test("are counted, and the first 20 are listed, those that are unknown in the order of their names")
    func first() throws {
        var names = (0..<7200).map { "field\($0)" }
        names.shuffle()
        var fields = FieldReader(Dictionary(uniqueKeysWithValues: names.map { ($0, JSONValue.null) }))
        _ = fields.id("id")
        let error = #expect(throws: GatewayError.self) { try fields.finish() }
        #expect(error?.fields.count == 20)
        #expect(error?.fields.map(\.name) == ["id"] + Array(names.sorted().prefix(19)))
        #expect(error?.detail == "7201 fields of the request are wrong. The first 20 are listed.")
    }

    @Test("are all listed where they are few")
    func few() throws {
        for count in 1...20 {
            var fields = FieldReader(Dictionary(uniqueKeysWithValues: (0..<count).map { ("f\($0)", JSONValue.null) }))
            let error = #expect(throws: GatewayError.self) { try fields.finish() }
            #expect(error?.fields.count == count)
            #expect(error?.detail.contains("listed") == false)
        }
    }

    @Test("of a query are no more")
    func query() throws {
        var query = QueryReader((0..<3000).map { "p\($0)=1" }.joined(separator: "&"))
        let error = #expect(throws: GatewayError.self) { try query.finish() }
        #expect(error?.fields.count == 20)
    }
}
