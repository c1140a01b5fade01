import Foundation
import GatewayHarness
import Testing

/// A section of docs/testing.md with commands to paste.
struct Recipe: Sendable, CustomTestStringConvertible {
    /// Its heading.
    let title: String
    /// Its commands, each with what it is said to print.
    private let steps: [Step]

    fileprivate struct Step {
        var command: String
        var isSoon = false
        /// `part` or `all`, and the text.
        var expectations: [(kind: String, text: String)] = []
    }

    var testDescription: String { title }

    /// Whether anything is said of what is printed: the section that defines the others' functions says nothing.
    private var isSetUp: Bool { steps.allSatisfy { $0.expectations.isEmpty } }

    /// The recipes of a document.
    static func all(in document: URL) throws -> [Recipe] {
        try sections(of: document).filter { !$0.isSetUp }
    }

    /// A document's set-up and these recipes, one after the other in one shell, as a script for bash.
    static func script(of recipes: [Recipe], afterSetUpIn document: URL) throws -> String {
        let setUp = try sections(of: document).filter(\.isSetUp).flatMap(\.steps).map(\.command)
        let library = TestPaths.fixtures.appending(path: "recipe.sh").path
        let steps = recipes.flatMap { ["recipe=\(quoted($0.title))"] + $0.steps.map(\.line) }
        return (["set -uo pipefail", "source \(quoted(library))"] + setUp + steps).joined(separator: "\n") + "\n"
    }

    private static func sections(of document: URL) throws -> [Recipe] {
        let text = try String(contentsOf: document, encoding: .utf8)
        return try text.split(separator: "\n## ").dropFirst().compactMap { section in
            let title = String(section.prefix { $0 != "\n" })
            let blocks = section.split(separator: "\n```sh\n").dropFirst().map {
                $0.prefix(upTo: $0.firstRange(of: "\n```")?.lowerBound ?? $0.endIndex)
            }
            guard !blocks.isEmpty else { return nil }
            return Recipe(title: title, steps: try blocks.flatMap { try steps(in: $0) })
        }
    }

    /// A block without expectations is one step: a function has many lines.
    private static func steps(in block: Substring) throws -> [Step] {
        var steps: [Step] = []
        var lines: [Substring] = []
        for line in block.split(separator: "\n") {
            guard let match = line.wholeMatch(of: /# (soon )?(==|=>) (.*)/) else {
                lines.append(line)
                continue
            }
            if !lines.isEmpty { steps.append(Step(command: lines.joined(separator: "\n"))) }
            lines = []
            guard var step = steps.popLast() else { throw HarnessError("\(line) follows no command") }
            step.isSoon = step.isSoon || match.1 != nil
            step.expectations.append((kind: match.2 == "==" ? "all" : "part", text: String(match.3)))
            steps.append(step)
        }
        if !lines.isEmpty { steps.append(Step(command: lines.joined(separator: "\n"))) }
        return steps
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.replacingOccurrences(of: "'", with: #"'\''"#) + "'"
    }
}

extension Recipe.Step {
    /// The call of the function that runs it. All but a command's last line only prepares it.
    fileprivate var line: String {
        let words = [isSoon ? "soon" : "now", command] + expectations.flatMap { [$0.kind, $0.text] }
        return "step " + words.map(Recipe.quoted).joined(separator: " ")
    }
}
