import Foundation
import ProviderAPI
import Testing

@Suite("A provider's settings")
struct ProviderSettingsTests {
    private let settings = ProviderSettings([
        "text": .string("value"), "empty": .string(""), "number": .integer(7), "digits": .string("7"), "yes": .bool(true),
        "no": .bool(false), "none": .null, "list": .list([.string("a"), .string(""), .integer(1), .string("b")]),
        "map": .map(["key": .string("value")]),
    ])

    @Test("hand out what is there, as what it is")
    func present() {
        #expect(settings.string("text") == "value")
        #expect(settings.integer("number") == 7)
        #expect(settings.bool("yes") == true)
        #expect(settings.bool("no") == false)
        #expect(settings.strings("list") == ["a", "b"])
        #expect(settings["map"]?.map == ["key": .string("value")])
        #expect(settings["list"]?.list?.count == 4)
    }

    @Test("have nothing under a key that is absent, null or of another kind, and convert nothing")
    func absent() {
        #expect(settings["absent"] == nil)
        #expect(settings["none"] == nil)
        #expect(settings.string("empty") == nil)
        #expect(settings["empty"] == .string(""))
        #expect(settings.string("number") == nil)
        #expect(settings.integer("digits") == nil)
        #expect(settings.bool("number") == nil)
        #expect(settings.bool("text") == nil)
        #expect(settings.strings("text").isEmpty)
        #expect(settings.strings("absent").isEmpty)
        #expect(settings["text"]?.list == nil && settings["text"]?.map == nil && settings["list"]?.string == nil)
    }

    @Test("are described by a schema whose words add to a setting and change nothing else")
    func schema() throws {
        let plain = Setting("timeout", .integer(in: 1...60), help: "Seconds.")
        #expect(!plain.isRequired && plain.defaultValue == nil && !plain.isMadeUpInDevelopment)
        let full = plain.required().defaulting(to: .integer(5)).madeUpInDevelopment()
        #expect(full.isRequired && full.defaultValue == .integer(5) && full.isMadeUpInDevelopment)
        #expect(full.key == plain.key && full.kind == plain.kind && full.help == plain.help)

        let kinds: [Setting.Kind] = [
            .string, .secret, .secrets, .url, .path, .bool, .integer(in: -5...5), .oneOf(["a", "b"]), .structure,
        ]
        let schema = SettingsSchema(kinds.map { Setting("key", $0, help: "") } + [full])
        #expect(try JSONDecoder().decode(SettingsSchema.self, from: JSONEncoder().encode(schema)) == schema)
    }
}
