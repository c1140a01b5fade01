/// Replaces `${NAME}` and `${NAME:-default}` in the values of a document, after YAML has been read:
/// a value from the environment can't add keys, lists or anything else to the file.
///
/// As in a shell, `${NAME:-default}` takes the default where the variable is unset *or empty*. `$${` stands for a literal `${`.
struct Substitution {
    /// The environment, `.env` merged in.
    let variables: [String: String]

    /// Replaces every reference in a tree.
    ///
    /// - Parameters:
    ///   - reportingUnset: whether an unset name without a default is a mistake. It is none where the provider is off;
    ///     malformed references are always.
    ///   - problems: takes what is wrong.
    func resolve(
        _ node: ConfigurationNode, reportingUnset: Bool = true, problems: inout [ConfigurationProblem]
    ) -> ConfigurationNode {
        var copy = node
        switch node.content {
        case .scalar(let scalar):
            guard scalar.substitution == .none, scalar.text.contains("${") else { return node }
            copy.content = .scalar(resolve(scalar, of: node, reportingUnset: reportingUnset, problems: &problems))
        case .list(let elements):
            copy.content = .list(elements.map { resolve($0, reportingUnset: reportingUnset, problems: &problems) })
        case .map(let entries):
            copy.content = .map(
                entries.map { entry in
                    var entry = entry
                    entry.value = resolve(entry.value, reportingUnset: reportingUnset, problems: &problems)
                    return entry
                })
        }
        return copy
    }

    /// The names of the variables that a tree refers to and that are set, not empty, each with the first value that refers to it, in the
    /// order of the file. Malformed references are passed over.
    func setReferences(in node: ConfigurationNode) -> [(name: String, node: ConfigurationNode)] {
        var found: [(name: String, node: ConfigurationNode)] = []
        func add(_ node: ConfigurationNode) {
            switch node.content {
            case .scalar(let scalar):
                var rest = scalar.text[...]
                while let dollar = rest.firstRange(of: "${") {
                    let isLiteral = rest[..<dollar.lowerBound].last == "$"
                    rest = rest[dollar.upperBound...]
                    guard !isLiteral, let end = rest.firstIndex(of: "}"), let reference = Reference(rest[..<end]),
                        variables[reference.name]?.isEmpty == false, !found.contains(where: { $0.name == reference.name })
                    else { continue }
                    found.append((reference.name, node))
                }
            case .list(let elements): for element in elements { add(element) }
            case .map(let entries): for entry in entries { add(entry.value) }
            }
        }
        add(node)
        return found
    }

    private func resolve(
        _ scalar: ConfigurationScalar, of node: ConfigurationNode, reportingUnset: Bool, problems: inout [ConfigurationProblem]
    ) -> ConfigurationScalar {
        var text = ""
        var rest = scalar.text[...]
        var pieces = 0
        var references = 0
        var haveDefaults = true
        while let dollar = rest.firstRange(of: "${") {
            let before = rest[..<dollar.lowerBound]
            rest = rest[dollar.upperBound...]
            if before.last == "$" {
                text += before.dropLast() + "${"
                pieces += 1
                continue
            }
            if !before.isEmpty { pieces += 1 }
            text += before
            guard let end = rest.firstIndex(of: "}") else {
                problems.append(node.problem("a reference has no end; write ${NAME} or ${NAME:-default}"))
                return scalar
            }
            let reference = Reference(rest[..<end])
            rest = rest[rest.index(after: end)...]
            guard let reference else {
                let correction = "write ${NAME} or ${NAME:-default}, with letters, digits and _ in NAME"
                problems.append(node.problem("a reference is malformed; \(correction)"))
                return scalar
            }
            references += 1
            pieces += 1
            if reference.fallback == nil { haveDefaults = false }
            if let value = reference.value(in: variables) {
                text += value
            } else if reportingUnset {
                let correction = "set it in the environment or in .env, or write ${\(reference.name):-default}"
                problems.append(node.problem("the environment variable \(reference.name) is not set; \(correction)"))
            }
        }
        if !rest.isEmpty { pieces += 1 }
        text += rest
        let substitution: ConfigurationScalar.Substitution = references == 0 ? .none : pieces == 1 ? .whole : .partial
        return ConfigurationScalar(
            text: text, isPlain: scalar.isPlain, substitution: substitution, mayBeEmpty: references > 0 && haveDefaults)
    }
}

/// What stands between `${` and `}`.
private struct Reference {
    let name: String
    let fallback: String?

    /// Nil where it is malformed.
    init?(_ text: Substring) {
        let separator = text.firstRange(of: ":-")
        let name = text[..<(separator?.lowerBound ?? text.endIndex)]
        guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else { return nil }
        self.name = String(name)
        fallback = separator.map { String(text[$0.upperBound...]) }
    }

    func value(in variables: [String: String]) -> String? {
        guard let fallback else { return variables[name] }
        guard let value = variables[name], !value.isEmpty else { return fallback }
        return value
    }
}
