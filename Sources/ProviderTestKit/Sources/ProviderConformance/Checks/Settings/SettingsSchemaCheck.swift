import Foundation
import ProviderAPI

extension ConformanceCheck {
    static let settingsSchema = ConformanceCheck(
        "settings-schema",
        title: "Settings have snake_case keys, help, fitting values, and a secret kind where they are secrets",
        why: "The gateway reports mistakes in providers.yaml from the schema alone, and hides what the schema calls secret "
            + "(SettingsSchema in ProviderAPI)."
    ) { bench in
        var tally = Tally(cases: 1)
        let schema = bench.module.settingsSchema.settings
        for key in Dictionary(grouping: schema, by: \.key).filter({ $0.value.count > 1 }).keys.sorted() {
            tally.find("setting \(key)", expected: "one setting of that key", actual: "several")
        }
        for setting in schema {
            tally.cases += 1
            for (expected, actual) in setting.faults {
                tally.find("setting \(setting.key)", expected: expected, actual: actual)
            }
        }
        let recorded = bench.recording.description.settings
        for key in recorded.keys.sorted() where !schema.contains(where: { $0.key == key }) {
            tally.find("provider.json: settings.\(key)", expected: "a setting of the schema", actual: "no such setting")
        }
        for setting in schema {
            let value = bench.settings()[setting.key] ?? .null
            if value == .null {
                if setting.isRequired {
                    tally.find(
                        "provider.json: settings.\(setting.key)", expected: "a value, since it is required", actual: "none")
                }
            } else if let expected = setting.kind.expectation(unmetBy: value) {
                tally.find("provider.json: settings.\(setting.key)", expected: expected, actual: "\(value)")
            }
        }
        return tally
    }
}

extension Setting {
    /// What is wrong with the setting itself: what was expected, and what is there.
    fileprivate var faults: [(String, String)] {
        var faults: [(String, String)] = []
        if key.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) == nil { faults.append(("a key in snake_case", key)) }
        if help.count < 10 { faults.append(("a line of help that teaches it", "\"\(help)\"")) }
        if let value = defaultValue, value != .null, let expected = kind.expectation(unmetBy: value) {
            faults.append(("a default that is \(expected)", "\(value)"))
        }
        let words = key.split(separator: "_")
        let soundsSecret = words.contains {
            ["secret", "secrets", "password", "token", "tokens", "key", "keys", "credential"].contains($0)
        }
        if soundsSecret, !words.contains("public"), !words.contains("publishable"), kind == .string {
            faults.append(("the kind secret or secrets, by its name", "string, which is shown"))
        }
        if isMadeUpInDevelopment, kind != .secret, kind != .secrets {
            faults.append(("a secret, since it is made up in development", "\(kind)"))
        }
        return faults
    }
}

extension Setting.Kind {
    /// What a value of this kind is; nil where `value` is that.
    fileprivate func expectation(unmetBy value: SettingValue) -> String? {
        let (expected, fits): (String, Bool) =
            switch self {
            case .string, .path: ("text", !value.texts.isEmpty && value.string != nil)
            case .secret: ("one text", !value.texts.isEmpty && value.string != nil)
            case .secrets: ("a list of texts", !value.texts.isEmpty && value.list?.count == value.texts.count)
            case .url: ("an absolute URL with http or https", Self.isURL(value.string))
            case .bool: ("true or false", value.bool != nil)
            case .integer(let range): ("a whole number in \(range)", value.integer.map(range.contains) ?? false)
            case .oneOf(let words): ("one of \(words.joined(separator: ", "))", value.string.map(words.contains) ?? false)
            case .structure: ("a list or a map", value.list != nil || value.map != nil)
            @unknown default: ("anything", true)
            }
        return fits ? nil : expected
    }

    private static func isURL(_ text: String?) -> Bool {
        guard let text, let url = URL(string: text, encodingInvalidCharacters: false) else { return false }
        return ["http", "https"].contains(url.scheme) && url.host()?.isEmpty == false
    }
}
