import Foundation
import ProviderAPI

extension MockService {
    /// `scenario list | set JSON | clear`: a change takes effect with the next call, and lasts as long as this service.
    func runScenario(_ arguments: [String]) throws(ProviderError) -> String {
        switch (arguments.first, arguments.count) {
        case ("list", 1):
            break
        case ("set", 2):
            scenarios.replace(with: try ScenarioReader.read(try Self.scenarios(in: arguments[1])))
        case ("clear", 1):
            scenarios.replace(with: [])
        default:
            throw Self.usage(
                #"scenario list | set JSON | clear, such as set '[{"match": {"operation": "refund"}, "fault": "refuse"}]'"#)
        }
        let lines = try scenarios.uses.map { use throws(ProviderError) in
            "\(use.scenario.index)  matched \(use.count == 1 ? "once" : "\(use.count) times")  \(try Self.json(use.scenario.source))"
        }
        return lines.isEmpty ? "There are no scenarios." : lines.joined(separator: "\n")
    }

    private static func scenarios(in text: String) throws(ProviderError) -> SettingValue {
        do {
            return try JSONDecoder().decode(SettingJSON.self, from: Data(text.utf8)).value
        } catch {
            throw usage("scenario set JSON, a list as under `scenarios` in providers.yaml; this is no JSON")
        }
    }

    private static func json(_ value: SettingValue) throws(ProviderError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(SettingJSON(value)), as: UTF8.self)
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "a scenario cannot be shown"))
        }
    }
}
