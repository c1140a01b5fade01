import Foundation
import ProviderConformance
import Testing

@Suite("Reading a recording")
struct RecordingTests {
    private static let description = #"{"settings": {"api_key": "key_recorded"}, "address": "https://api.example"}"#
    private static let retrieval = """
        {"why": "It is there.", "source": "docs", "call": {"retrieve": {"id": "pay_1"}},
         "exchanges": [{"request": {"method": "GET", "path": "/payments/pay_1"}, "response": {"status": 200, "body": {}}}],
         "outcome": {"unknown": {}}}
        """

    /// The mistakes that reading these files reports.
    private func mistakes(_ files: [String: String]) throws -> [String] {
        try TemporaryFolder.with(files) { folder in
            let error = #expect(throws: RecordingError.self) { try ProviderRecording(folder: folder) }
            return error?.mistakes ?? []
        }
    }

    @Test("Its cases are known by group and name, in order")
    func names() throws {
        let files = [
            "provider.json": Self.description, "retrieve/there.json": Self.retrieval,
            "cancel/there.json": Self.retrieval.replacing(
                #"{"retrieve": {"id": "pay_1"}}"#, with: #"{"cancel": {"id": "pay_1"}}"#),
        ]
        let recording = try TemporaryFolder.with(files) { try ProviderRecording(folder: $0) }
        #expect(recording.caseNames == ["cancel/there", "retrieve/there"])
    }

    @Test(
        "A mistake is told with its file and member",
        arguments: [
            (#""path": "#, #""pth": "#, "retrieve/there.json: exchanges[0].request.path is missing"),
            (#""method": "#, #""mthod": "GET", "method": "#, "exchanges[0].request.mthod is no member that is known there"),
            (#""why": "It is there.","#, "", "retrieve/there.json: why is missing"),
            (
                #""status": 200"#, #""status": "200""#,
                "retrieve/there.json: exchanges[0].response.status has a value of the wrong kind"
            ),
            (#"{"retrieve": {"id": "pay_1"}}"#, #"{"retreive": {"id": "pay_1"}}"#, "retrieve/there.json: call"),
            (
                #""retrieve": {"id": "pay_1"}"#, #""capture": {"id": "pay_1", "amount": "5 USD"}"#,
                "call.capture.amount is \"5 USD\"; write \"5.00 USD\""
            ),
            (
                #""retrieve": {"id": "pay_1"}"#, #""capture": {"id": "pay_1", "amount": "5 XXX"}"#,
                "call.capture.amount: 5 XXX is no amount"
            ),
            (
                #"{"method": "GET", "path": "/payments/pay_1"}"#, #""repeated""#,
                "retrieve/there.json: exchanges[0].request repeats nothing"
            ),
            (#""path": "#, #""json": {}, "text": "", "path": "#, "exchanges[0].request has one of form, json and text"),
            (#"{"unknown": {}}"#, "", "retrieve/there.json: it is no JSON"),
        ])
    func caseMistake(text: String, replacement: String, expected: String) throws {
        let broken = Self.retrieval.replacing(text, with: replacement)
        try #require(broken != Self.retrieval)
        let mistakes = try mistakes(["provider.json": Self.description, "retrieve/there.json": broken])
        #expect(mistakes.contains { $0.hasPrefix("retrieve/there.json: ") && $0.contains(expected) }, "\(mistakes)")
    }

    @Test(
        "A mistake in provider.json is told with its member",
        arguments: [
            (#""address""#, #""adress""#, "provider.json: address is missing"),
            ("{", #"{"x": 1, "#, "provider.json: x is no member that is known there"),
            (
                "{", #"{"not_applicable": {"keys-passed": "there are none"}, "#,
                "provider.json: not_applicable.keys-passed is no check"
            ),
            ("{", #"{"idempotency": {}, "#, "provider.json: idempotency has either a header or a parameter"),
            (
                "{",
                #"{"webhooks": {"timestamped": true, "signature": {"scheme": "timestamped", "header": "S", "secrets": "keys"}}, "#,
                "provider.json: webhooks.signature.secrets names the setting keys, which is not recorded"
            ),
        ])
    func descriptionMistake(text: String, replacement: String, expected: String) throws {
        let range = try #require(Self.description.range(of: text))
        let broken = Self.description.replacingCharacters(in: range, with: replacement)
        #expect(try mistakes(["provider.json": broken, "retrieve/there.json": Self.retrieval]).contains(expected))
    }

    @Test("Null in provider.json is as if the member were left out")
    func nullMembers() throws {
        let description = Self.description.dropLast() + #", "idempotency": null, "webhooks": null, "answers": {"refund": null}}"#
        let files = ["provider.json": String(description), "retrieve/there.json": Self.retrieval]
        #expect(try TemporaryFolder.with(files) { try ProviderRecording(folder: $0).caseNames } == ["retrieve/there"])
    }

    @Test("What is missing, misnamed or there twice is told, all at once")
    func files() throws {
        let mistakes = try mistakes([
            "retrieve/there.json": Self.retrieval, "retrieve/again.json": Self.retrieval, "Case.json": "{}",
        ])
        #expect(mistakes.contains { $0.hasPrefix("provider.json: the file is missing") })
        #expect(mistakes.contains { $0.hasPrefix("Case.json: a case is a file group/name.json") })
        #expect(mistakes.contains("retrieve/there.json: the same settings, call and exchanges as retrieve/again.json"))
        #expect(try self.mistakes(["provider.json": Self.description]).contains { $0.contains("there is no case") })
    }

    @Test("A folder that is not there is named")
    func noFolder() {
        let error = #expect(throws: RecordingError.self) { try ProviderRecording(folder: "/nowhere/recording") }
        #expect(error?.description.contains("/nowhere/recording: there is no such folder") == true)
    }
}
