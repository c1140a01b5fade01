import ProviderAPI
import ProviderLoading

/// The configuration in words, as Markdown, from what the program itself checks it by: docs/configuration.md.
struct ConfigurationReference {
    /// The modules whose settings it shows, each by its file name.
    let modules: [(file: String, module: any ProviderModule)]

    /// The whole text.
    var markdown: String {
        ([Self.head] + ConfigurationSchema.sections.map(Self.section) + [Self.variables] + modules.map(Self.settings))
            .joined(separator: "\n\n") + "\n"
    }

    private static let head = """
        # Configuration reference

        <!-- Printed by `gateway reference`; a test compares the two. -->

        The file is `providers.yaml`. A flag wins over an environment variable, that over `.env` beside the file, and that over the file. \
        `${NAME}` in a value is read from the environment, `${NAME:-text}` has a default; secrets belong there and not into the file. \
        Relative paths start at the folder of the file. `gateway check` reports every mistake at once, with line and key; a key that is \
        not listed here is one.
        """

    private static func section(_ section: ConfigurationSection) -> String {
        let title = section.path.isEmpty ? "The file" : "`\(section.path)`"
        let rows = section.settings.map { setting -> [String] in
            let override = section.override(of: setting)
            let winners = [override?.flag, override?.variable].compactMap { $0 }.map { "`\($0)`" }.joined(separator: ", ")
            return row(of: setting, type: setting.sectionType) + [winners, setting.help]
        }
        let table = MarkdownTable(["Key", "Value", "Default", "Flag, variable", "Meaning"], rows)
        return "## \(title)\n\n\(section.help)\n\n\(table.text)"
    }

    private static var variables: String {
        let own = GatewayVariable.allCases.map { ["`\($0.rawValue)`", $0.help] }
        let overrides = ConfigurationOverrides.Key.allCases.map { key in
            ["`\(key.variable)`", "Wins over `\(key.rawValue)`. An empty one does not."]
        }
        let table = MarkdownTable(["Variable", "Meaning"], own + overrides)
        return """
            ## Environment variables

            Those below `GATEWAY_SDK` may also stand in `.env`. Others are read only where providers.yaml refers to them.

            \(table.text)
            """
    }

    private static func settings(_ entry: (file: String, module: any ProviderModule)) -> String {
        let rows = entry.module.settingsSchema.settings.map { row(of: $0, type: $0.kind.words) + [$0.help] }
        let name = entry.module.information.displayName
        let use = entry.module.information.isForTests ? " For tests: `environment: production` refuses it." : ""
        let table = MarkdownTable(["Key", "Value", "Default", "Meaning"], rows)
        return "## `settings` of \(name)\n\nThe module `\(entry.file)`.\(use)\n\n\(table.text)"
    }

    private static func row(of setting: Setting, type: String) -> [String] {
        let fallback =
            switch setting.defaultValue {
            case .some(let value): "`\(value.words)`"
            case nil where setting.isRequired: "required"
            case nil where setting.isMadeUpInDevelopment: "made up in development, else none"
            case nil: ""
            }
        return ["`\(setting.key)`", type, fallback]
    }
}

/// A table in Markdown.
struct MarkdownTable {
    private let rows: [[String]]

    /// A table with a heading for each column.
    init(_ heading: [String], _ rows: [[String]]) {
        self.rows = [heading, heading.map { _ in "---" }] + rows
    }

    /// Its lines.
    var text: String {
        rows.map { cells in
            "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}

extension Setting {
    /// What a key of the file itself holds: a structure is a section or a list with a table of its own.
    fileprivate var sectionType: String {
        switch (kind, key) {
        case (.structure, "providers"), (.structure, "rules"): "list"
        case (.structure, _): "map"
        default: kind.words
        }
    }
}

extension Setting.Kind {
    /// What a value looks like.
    fileprivate var words: String {
        switch self {
        case .string: "text"
        case .secret: "secret"
        case .secrets: "one or more secrets"
        case .url: "URL, `http` or `https`"
        case .path: "path"
        case .bool: "`true` or `false`"
        case .integer(let range) where range.upperBound == .max: "whole number of at least \(range.lowerBound)"
        case .integer(let range): "whole number from \(range.lowerBound) to \(range.upperBound)"
        case .oneOf(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .structure: "list or map"
        @unknown default: "of a kind that this gateway is too old for"
        }
    }
}

extension SettingValue {
    /// The value as YAML has it. Defaults are of these kinds only.
    fileprivate var words: String {
        switch self {
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .string(let value): value
        case .null: "null"
        case .list(let values): "[" + values.map(\.words).joined(separator: ", ") + "]"
        case .map(let values):
            "{" + values.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.words)" }.joined(separator: ", ") + "}"
        @unknown default: ""
        }
    }
}
