import Foundation

/// The SQL statements that stand in the sources of GatewayStorage, so that a test can tell whether it has seen them all.
///
/// A statement is a string literal that begins with one of SQL's verbs, split where Swift interpolates. Migrations are left out: they
/// run once, over whatever there is.
struct SourceStatement: CustomStringConvertible {
    let file: String
    /// What stands between the interpolations, with single spaces.
    let pieces: [String]

    var description: String { "\(file): \(pieces.joined(separator: " … "))" }

    /// Whether a statement that was run is this one.
    func matches(_ statement: String) -> Bool {
        var rest = Self.singleSpaced(statement)[...]
        for (index, piece) in pieces.enumerated() {
            guard let range = rest.range(of: piece), index > 0 || range.lowerBound == rest.startIndex else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }

    /// All of them.
    static func all() throws -> [SourceStatement] {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../Sources/GatewayStorage"
        ).standardizedFileURL
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
            $0.hasSuffix(".swift") && !$0.hasPrefix("Migrations/")
        }
        return try files.sorted().flatMap { file in
            let source = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
            return Self.literals(in: source).filter { literal in
                let verb = literal.first?.split(separator: " ").first ?? ""
                return ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains(verb)
            }.map { SourceStatement(file: file, pieces: $0) }
        }
    }

    /// The string literals of a source, each split at its interpolations.
    static func literals(in source: String) -> [[String]] {
        var literals: [[String]] = []
        var rest = source[...]
        while let character = rest.first {
            if rest.hasPrefix("//") {
                rest = rest.drop { $0 != "\n" }
            } else if character == "\"" {
                literals += literal(from: &rest)
            } else {
                rest.removeFirst()
            }
        }
        return literals
    }

    /// Reads a literal, and those within its interpolations.
    private static func literal(from rest: inout Substring) -> [[String]] {
        let quote = rest.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
        rest.removeFirst(quote.count)
        var pieces = [""]
        var inner: [[String]] = []
        while !rest.isEmpty, !rest.hasPrefix(quote) {
            if rest.hasPrefix("\\(") {
                rest.removeFirst(2)
                var depth = 1
                while depth > 0, let character = rest.first {
                    if character == "\"" {
                        inner += literal(from: &rest)
                        continue
                    }
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                    rest.removeFirst()
                }
                pieces.append("")
            } else if rest.hasPrefix("\\") {
                // The end of a line that goes on, or a quote.
                rest.removeFirst(2)
            } else {
                pieces[pieces.count - 1].append(rest.removeFirst())
            }
        }
        rest = rest.dropFirst(quote.count)
        return [pieces.map(singleSpaced).filter { !$0.isEmpty }] + inner
    }

    private static func singleSpaced(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
