import Foundation

/// A `.env` file: `NAME=value` lines beside providers.yaml, for what the environment does not set.
///
/// - `#` starts a comment at the start of a line or after a space; `export` before a name is ignored; a later line wins.
/// - In single quotes nothing is special; in double quotes `\n`, `\r`, `\t`, `\"`, `\\` and `\$` are escapes.
/// - Nothing is expanded: what a variable holds is what the file says.
package struct DotEnvFile: Sendable {
    /// The variables that the file sets.
    package let variables: [String: String]

    /// Reads a file. A file that does not exist sets nothing.
    ///
    /// - Throws: ``ConfigurationError`` with every line that can't be read; values are never in the messages.
    package init(path: String) throws {
        func refusal(_ message: String) -> ConfigurationError {
            let origin = ConfigurationProblem.Origin.file(SourceLocation(file: path, line: 1, column: 1))
            return ConfigurationError([ConfigurationProblem(at: origin, keyPath: "", message: message)])
        }
        if let denial = FileAccess.denial(of: path) { throw refusal(denial) }
        guard FileManager.default.fileExists(atPath: path) else {
            try self.init("", file: path)
            return
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw refusal("can't be read; it must be a file") }
        guard let text = String(data: data, encoding: .utf8) else { throw refusal("is not UTF-8 text; save it as UTF-8") }
        try self.init(text, file: path)
    }

    /// Reads the text of a file.
    ///
    /// - Parameter file: its name, for messages.
    /// - Throws: ``ConfigurationError`` with every line that can't be read.
    package init(_ text: String, file: String) throws {
        var variables: [String: String] = [:]
        var problems: [ConfigurationProblem] = []
        let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() {
            do {
                guard let (name, value) = try Self.assignment(line) else { continue }
                variables[name] = value
            } catch let error as LineError {
                let origin = ConfigurationProblem.Origin.file(SourceLocation(file: file, line: index + 1, column: 1))
                problems.append(ConfigurationProblem(at: origin, keyPath: error.name, message: error.message))
            }
        }
        guard problems.isEmpty else { throw ConfigurationError(problems) }
        self.variables = variables
    }

    /// These variables, with those of the process's environment over them.
    package func overlaid(by environment: [String: String]) -> [String: String] {
        variables.merging(environment) { _, outer in outer }
    }

    private struct LineError: Error {
        var name: String
        var message: String
    }

    private static func assignment(_ line: Substring) throws -> (name: String, value: String)? {
        var line = line.drop(while: \.isWhitespace)
        if line.isEmpty || line.first == "#" { return nil }
        if let prefix = line.prefixMatch(of: /export[ \t]+/) { line = line[prefix.range.upperBound...] }
        guard let match = line.prefixMatch(of: /([A-Za-z_][A-Za-z0-9_]*)[ \t]*=[ \t]*/) else {
            throw LineError(name: "", message: "must be NAME=value, with letters, digits and _ in NAME, or start with #")
        }
        let name = String(match.output.1)
        let rest = line[match.range.upperBound...]
        return switch rest.first {
        case "'", "\"": (name, try quoted(rest, name: name))
        default: (name, unquoted(rest))
        }
    }

    private static func unquoted(_ text: Substring) -> String {
        let end = text.firstMatch(of: /(^|[ \t])#/)?.range.lowerBound ?? text.endIndex
        return text[..<end].trimmingCharacters(in: .whitespaces)
    }

    private static func quoted(_ text: Substring, name: String) throws -> String {
        let quote = text.first
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            if character == quote {
                let tail = rest.drop(while: \.isWhitespace)
                guard tail.isEmpty || tail.first == "#" else {
                    let message = "has text after the closing quote; remove it, or escape the quote as \\\""
                    throw LineError(name: name, message: message)
                }
                return value
            }
            guard quote == "\"", character == "\\", let escaped = rest.popFirst() else {
                value.append(character)
                continue
            }
            switch escaped {
            case "n": value.append("\n")
            case "r": value.append("\r")
            case "t": value.append("\t")
            case "\"", "\\", "$": value.append(escaped)
            default: value.append(contentsOf: ["\\", escaped])
            }
        }
        throw LineError(name: name, message: "its closing quote is missing; values of several lines are written with \\n")
    }
}
