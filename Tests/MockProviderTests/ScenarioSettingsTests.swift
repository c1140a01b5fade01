import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The setting `scenarios`")
struct ScenarioSettingsTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        let json: String
        let place: String
        let words: [String]
        var testDescription: String { json }

        init(_ json: String, _ place: String, _ words: String...) {
            self.json = json
            self.place = place
            self.words = words
        }
    }

    @Test(
        "with a mistake is refused by the mistake's place, with what is known",
        arguments: [
            Mistake(#"{}"#, "scenarios", "list"),
            Mistake(#"["refuse"]"#, "scenarios[0]", "map", "match", "fault"),
            Mistake(#"[{}, {"fualt": "refuse"}]"#, "scenarios[1].fualt", "unknown key", "fault", "webhooks"),
            Mistake(#"[{"match": []}]"#, "scenarios[0].match", "map", "operation"),
            Mistake(
                #"[{"match": {"order": 1}}]"#, "scenarios[0].match.order", "unknown key", "amount, currency, token, metadata"),
            Mistake(
                #"[{}, {}, {"match": {"operation": "pay"}}]"#, "scenarios[2].match.operation",
                "create, confirm, capture, cancel, refund, retrieve"),
            Mistake(#"[{"match": {"amount": "10"}}]"#, "scenarios[0].match.amount", "whole number", "minor units"),
            Mistake(#"[{"match": {"amount": 0}}]"#, "scenarios[0].match.amount", "whole number"),
            Mistake(#"[{"match": {"currency": "XTS"}}]"#, "scenarios[0].match.currency", "ISO 4217"),
            Mistake(#"[{"match": {"token": "pm_card_vista"}}]"#, "scenarios[0].match.token", "pm_card_visa, pm_card_mastercard"),
            Mistake(
                #"[{"match": {"operation": "create", "token": "pm_card_visa"}}]"#, "scenarios[0].match.token", "never matches"),
            Mistake(#"[{"match": {"metadata": "a"}}]"#, "scenarios[0].match.metadata", "map of texts"),
            Mistake(#"[{"match": {"metadata": {"a": []}}}]"#, "scenarios[0].match.metadata.a", "text"),
            Mistake(#"[{"times": 0}]"#, "scenarios[0].times", "whole number"),
            Mistake(#"[{"delay": 2}]"#, "scenarios[0].delay", "500ms"),
            Mistake(#"[{"delay": "2 s"}]"#, "scenarios[0].delay", "500ms"),
            Mistake(#"[{"delay": "-2s"}]"#, "scenarios[0].delay", "500ms"),
            Mistake(#"[{"delay": "25000m"}]"#, "scenarios[0].delay", "a day"),
            Mistake(#"[{"fault": "explode"}]"#, "scenarios[0].fault", "refuse, hang_before_effect", "trap"),
            Mistake(
                #"[{"match": {"operation": "retrieve"}, "fault": "trap"}]"#, "scenarios[0].fault",
                "one of refuse, hang_before_effect, error_500_before_effect"),
            Mistake(#"[{"outcome": "succeed"}]"#, "scenarios[0].outcome", "match.operation", "confirm or capture or refund"),
            Mistake(
                #"[{"match": {"operation": "capture"}, "outcome": "succeed"}]"#, "scenarios[0].outcome", "one of dispute"),
            Mistake(
                #"[{"match": {"operation": "refund"}, "outcome": "decline"}]"#, "scenarios[0].outcome",
                "succeed, pending, succeeds_later, fails_later"),
            Mistake(
                #"[{"match": {"operation": "confirm"}, "outcome": "pending"}]"#, "scenarios[0].outcome", "succeed, decline",
                "requires_action"),
            Mistake(#"[{"webhooks": false}]"#, "scenarios[0].webhooks", "map", "stale_timestamp"),
            Mistake(#"[{"webhooks": {"drop": "yes"}}]"#, "scenarios[0].webhooks.drop", "true or false"),
            Mistake(#"[{"webhooks": {"duplicate": -1}}]"#, "scenarios[0].webhooks.duplicate", "whole number"),
            Mistake(#"[{"webhooks": {"lost": true}}]"#, "scenarios[0].webhooks.lost", "unknown key", "drop"),
            Mistake(#"[{"webhooks": {"drop": true, "delay": "1s"}}]"#, "scenarios[0].webhooks.drop", "nothing else"),
            Mistake(
                #"[{"match": {"operation": "create"}, "webhooks": {"drop": true}}]"#, "scenarios[0].webhooks", "makes no event"),
        ])
    func mistakes(_ mistake: Mistake) async throws {
        let folder = try TemporaryFolder()
        let refusal = try await rejection { try await makeMock(in: folder, settings: try scenarios(mistake.json)) }
        #expect(refusal.reason == .invalidRequest && refusal.field == mistake.place)
        for words in mistake.words { #expect(refusal.message.contains(words)) }
    }

    @Test("with several mistakes shows all of them, and no value")
    func severalMistakes() async throws {
        let folder = try TemporaryFolder()
        let json = #"[{"fault": "sesame"}, {"delay": "sesame", "match": {"token": "sesame"}}]"#
        let refusal = try await rejection { try await makeMock(in: folder, settings: try scenarios(json)) }
        #expect(refusal.field == "scenarios[0].fault")
        #expect(refusal.message.contains("; scenarios[1].match.token must be"))
        #expect(refusal.message.contains("; scenarios[1].delay must be"))
        #expect(!refusal.message.contains("sesame"))
    }

    @Test("may be empty, and its members may be null")
    func empty() async throws {
        let folder = try TemporaryFolder()
        let json = #"[{"match": {"operation": null, "metadata": null}, "delay": null, "fault": null, "webhooks": null}]"#
        for settings in [try scenarios("[]"), try scenarios("null"), try scenarios(json)] {
            let mock = try await makeMock(in: folder, settings: settings)
            #expect(try await mock.pay().status == .succeeded)
        }
        #expect(try folder.journal().count == 2)
    }
}
