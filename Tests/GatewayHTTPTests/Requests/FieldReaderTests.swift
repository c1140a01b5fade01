import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("A body's fields")
struct FieldReaderTests {
    /// What is wrong with a body that `read` reads to its end.
    private func problems(_ text: String, _ read: (inout FieldReader) -> Void) throws -> [String] {
        var fields = FieldReader(try object(text))
        read(&fields)
        return try fieldErrors { try fields.finish() }
    }

    @Test("that are strings have one to so many characters, none of them a control character")
    func strings() throws {
        var fields = FieldReader(try object(#"{"a":"x","b":null,"d":"éééé","e":" "}"#))
        #expect(fields.string("a") == "x")
        #expect(fields.string("b") == nil)
        #expect(fields.string("c") == nil)
        #expect(fields.string("d", maximum: 4) == "éééé")
        #expect(fields.string("e") == " ")
        try fields.finish()

        for (value, message) in [
            ("1", "It must be a string, not a number."), ("true", "It must be a string, not a boolean."),
            ("[]", "It must be a string, not an array."), ("{}", "It must be a string, not an object."),
            (#""""#, "It must have 1 to 5 characters."), (#""123456""#, "It must have 1 to 5 characters."),
            (#""a\nb""#, "It must not have control characters."), (#""\u0000""#, "It must not have control characters."),
            (#""\u007f""#, "It must not have control characters."),
        ] {
            let found = try problems("{\"name\":\(value)}") { #expect($0.string("name", maximum: 5) == nil) }
            #expect(found == ["name: \(message)"])
        }
        #expect(try problems("{}") { _ = $0.string("name", isRequired: true) } == ["name: It is missing."])
        #expect(try problems(#"{"name":null}"#) { _ = $0.string("name", isRequired: true) } == ["name: It is missing."])
    }

    @Test("that are words are one of those there are, in their letter case")
    func words() throws {
        var fields = FieldReader(try object(#"{"a":"manual"}"#))
        let word: CaptureMethod? = fields.word("a", [.automatic, .manual])
        #expect(word == .manual)
        try fields.finish()
        for value in ["Manual", "later", "manual "] {
            let message = try problems("{\"a\":\"\(value)\"}") { fields in
                let word: CaptureMethod? = fields.word("a", [.automatic, .manual])
                #expect(word == nil)
            }
            #expect(message == ["a: It must be one of: automatic, manual."])
        }
    }

    @Test("that are ids are whole numbers from 1, and not strings")
    func ids() throws {
        for (literal, id) in [("1", 1), ("9007199254740991", FieldReader.largestID)] {
            var fields = FieldReader(try object("{\"id\":\(literal)}"))
            #expect(fields.id("id") == id)
            try fields.finish()
        }
        for value in ["0", "-1", "1.0", "1e0", "1.5", "9007199254740992", "9223372036854775808", "\"1\"", "true", "[1]", "{}"] {
            let found = try problems("{\"id\":\(value)}") { #expect($0.id("id") == nil) }
            #expect(found == ["id: It must be a whole number from 1 to 9007199254740991."], "\(value)")
        }
        for body in ["{}", #"{"id":null}"#] {
            #expect(try problems(body) { _ = $0.id("id") } == ["id: It is missing."])
        }
    }

    @Test("that are unknown are refused, all of them at once, along with what else is wrong")
    func unknown() throws {
        let found = try problems(#"{"name":1,"zebra":1,"Name":2,"ammount":3}"#) { _ = $0.string("name") }
        #expect(
            found == [
                "name: It must be a string, not a number.", "Name: There is no such field; there are: name.",
                "ammount: There is no such field; there are: name.", "zebra: There is no such field; there are: name.",
            ]
        )
        #expect(try problems(#"{"nothing":null}"#) { _ in } == ["nothing: There is no such field."])
    }

    @Test("that are metadata are at most fifty pairs of strings, bounded as providers bound them")
    func metadata() throws {
        let name = String(repeating: "n", count: 40)
        let text = String(repeating: "é", count: 500)
        var fields = FieldReader(["metadata": .object([name: .string(text), "empty": .string("")])])
        #expect(fields.metadata() == [name: text, "empty": ""])
        try fields.finish()
        var none = FieldReader([:])
        #expect(none.metadata().isEmpty)
        var fifty = FieldReader(["metadata": .object(Dictionary(uniqueKeysWithValues: (1...50).map { ("k\($0)", .string("v")) }))]
        )
        #expect(fifty.metadata().count == 50)
        try fifty.finish()

        let names = "metadata: Its names must have 1 to 40 characters, and no brackets."
        for (value, message) in [
            (JSONValue.string("x"), "metadata: It must be an object of strings, not a string."),
            (.array([]), "metadata: It must be an object of strings, not an array."),
            (
                .object(Dictionary(uniqueKeysWithValues: (1...51).map { ("k\($0)", .string("v")) })),
                "metadata: It must have at most 50 pairs."
            ),
            (.object(["": .string("v")]), names), (.object([name + "n": .string("v")]), names),
            (.object(["a[b]": .string("v")]), names),
            (.object(["k": .number("1")]), "metadata.k: It must be a string of at most 500 characters."),
            (.object(["k": .null]), "metadata.k: It must be a string of at most 500 characters."),
            (.object(["k": .object([:])]), "metadata.k: It must be a string of at most 500 characters."),
            (.object(["k": .string(text + "x")]), "metadata.k: It must be a string of at most 500 characters."),
        ] {
            var fields = FieldReader(["metadata": value])
            _ = fields.metadata()
            #expect(try fieldErrors { try fields.finish() } == [message])
        }
    }
}
