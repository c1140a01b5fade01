import Foundation
import ProviderAPI

extension MockService {
    /// What `scenario --json` prints of each scenario.
    private struct Line: Encodable {
        let index: Int
        let testID: String?
        let matched: Int
        let scenario: SettingJSON

        enum CodingKeys: String, CodingKey {
            case index, matched, scenario
            case testID = "test_id"
        }

        init(_ use: Scenarios.Use) {
            index = use.scenario.index
            testID = use.testID
            matched = use.count
            scenario = SettingJSON(use.scenario.source)
        }

        /// The line for people.
        func text() throws(ProviderError) -> String {
            let test = testID.map { "test \($0)  " } ?? ""
            return "\(index)  matched \(matched == 1 ? "once" : "\(matched) times")  \(test)\(try MockService.json(scenario))"
        }
    }

    /// `scenario list | set JSON | clear [--test-id ID] [--json]`: a change takes effect with the next call, and lasts as long as this
    /// service. Without `--test-id` it changes the scenarios that are of no test, and shows all.
    func runScenario(_ arguments: [String]) throws(ProviderError) -> String {
        var words = arguments
        let testID = try TestScope.take(from: &words)
        let isJSON = TestScope.takeJSONFlag(from: &words)
        switch (words.first, words.count) {
        case ("list", 1):
            break
        case ("set", 2):
            scenarios.replace(with: try ScenarioReader.read(try Self.scenarios(in: words[1])), ofTest: testID)
        case ("clear", 1):
            scenarios.replace(with: [], ofTest: testID)
        default:
            throw Self.usage(
                #"scenario list | set JSON | clear, such as set '[{"match": {"operation": "refund"}, "fault": "refuse"}]', "#
                    + "[--test-id ID] [--json]")
        }
        let lines = scenarios.uses.filter { testID == nil || $0.testID == testID }.map(Line.init)
        if isJSON { return try Self.json(lines) }
        guard lines.isEmpty else {
            return try lines.map { line throws(ProviderError) in try line.text() }.joined(separator: "\n")
        }
        return testID.map { "There are no scenarios of the test \($0)." } ?? "There are no scenarios."
    }

    private static func scenarios(in text: String) throws(ProviderError) -> SettingValue {
        do {
            return try JSONDecoder().decode(SettingJSON.self, from: Data(text.utf8)).value
        } catch {
            throw usage("scenario set JSON, a list as under `scenarios` in providers.yaml; this is no JSON")
        }
    }

    /// A value as a command prints it for programs.
    static func json(_ value: some Encodable, _ more: JSONEncoder.OutputFormatting = []) throws(ProviderError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, more]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the output cannot be shown as JSON"))
        }
    }
}
