/// Reads typed values out of nodes and collects what is wrong with them, so that every mistake is reported at once.
///
/// Each method returns nil where there is no value and where the value is wrong; in the latter case it adds a problem.
/// Messages show what stands in the file, and only where it can't be a secret.
struct NodeReader {
    /// What is wrong so far.
    private(set) var problems: [ConfigurationProblem] = []

    /// Adds a problem.
    mutating func report(_ problem: ConfigurationProblem) {
        problems.append(problem)
    }

    /// Adds problems.
    mutating func report(_ more: [ConfigurationProblem]) {
        problems += more
    }

    /// Checks that a node is a map with no keys but those of a section. Null counts as a map without keys.
    mutating func section(_ node: ConfigurationNode?, as section: ConfigurationSection) -> ConfigurationNode? {
        let keys = section.keys
        guard let node, !node.isAbsent else { return nil }
        guard let entries = node.entries else {
            report(node.problem("must be a map with the keys \(keys.joined(separator: ", ")); found \(node.kindName)"))
            return nil
        }
        for entry in entries where !keys.contains(entry.key) {
            report(Self.unknownKey(entry, in: node, known: keys))
        }
        return node
    }

    /// The problem of a key that nobody reads.
    static func unknownKey(_ entry: ConfigurationNode.Entry, in node: ConfigurationNode, known: [String]) -> ConfigurationProblem
    {
        let hint =
            Suggestion.nearest(to: entry.key, among: known).map { "did you mean `\($0)`?" }
            ?? (known.isEmpty ? "there are no keys here" : "known keys: \(known.joined(separator: ", "))")
        return ConfigurationProblem(at: entry.keyOrigin, keyPath: entry.value.keyPath, message: "unknown key; \(hint)")
    }

    /// Text.
    mutating func text(_ node: ConfigurationNode?) -> String? {
        guard let node, !node.isAbsent else { return nil }
        guard let text = node.scalar?.string else {
            let correction = node.scalar == nil ? "" : "; put it into quotes"
            report(node.problem("must be text; found \(node.kindName)\(correction)"))
            return nil
        }
        return text
    }

    /// Yes or no.
    mutating func bool(_ node: ConfigurationNode?) -> Bool? {
        guard let node, !node.isAbsent else { return nil }
        guard let value = node.scalar?.bool else {
            let correction = node.scalar?.substitution == ConfigurationScalar.Substitution.none ? ", without quotes" : ""
            report(node.problem("must be true or false\(correction)"))
            return nil
        }
        return value
    }

    /// A whole number within bounds.
    mutating func integer(_ node: ConfigurationNode?, in range: ClosedRange<Int64>) -> Int64? {
        guard let node, !node.isAbsent else { return nil }
        guard let value = node.scalar?.integer else {
            let correction = node.scalar?.substitution == ConfigurationScalar.Substitution.none ? ", without quotes" : ""
            report(node.problem("must be a whole number\(Self.bounds(range))\(correction); found \(node.kindName)"))
            return nil
        }
        guard range.contains(value) else {
            report(node.problem("must be a whole number\(Self.bounds(range))"))
            return nil
        }
        return value
    }

    /// A length of time within bounds, such as `90s` or `24h`.
    mutating func duration(_ node: ConfigurationNode?, in range: ClosedRange<Duration>) -> Duration? {
        guard let node, let text = text(node) else { return nil }
        guard let value = DurationText.duration(text), range.contains(value) else {
            let bounds = "from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
            report(node.problem("must be a whole number with s, m, h or d, \(bounds), such as 90s or 24h"))
            return nil
        }
        return value
    }

    /// One of these words.
    mutating func word(_ node: ConfigurationNode?, among words: [String]) -> String? {
        guard let node, let text = text(node) else { return nil }
        guard words.contains(text) else {
            let hint = Suggestion.nearest(to: text, among: words).map { "; did you mean \($0)?" } ?? ""
            report(node.problem("must be \(words.joined(separator: " or "))\(hint)"))
            return nil
        }
        return text
    }

    private static func bounds(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): ""
        case (let lower, .max): " of at least \(lower)"
        case (.min, let upper): " of at most \(upper)"
        case (let lower, let upper): " from \(lower) to \(upper)"
        }
    }
}
