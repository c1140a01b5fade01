import Yams

/// Reads YAML into nodes that know where they stand, references not yet replaced.
enum ConfigurationDocument {
    /// More values than any configuration has. Aliases multiply them, so that a small file can stand for billions.
    private static let nodeLimit = 100_000

    /// Reads one document.
    ///
    /// - Parameter file: the file's name, for messages.
    /// - Throws: ``ConfigurationError`` for anything that is no YAML document of one map.
    static func parse(_ text: String, file: String) throws -> ConfigurationNode {
        let start = ConfigurationProblem.Origin.file(SourceLocation(file: file, line: 1, column: 1))
        do {
            // Named, because Yams otherwise asks an environment variable, and prints.
            guard let root = try Parser(yaml: text, encoding: .utf8).singleRoot() else {
                throw ConfigurationError([ConfigurationProblem(at: start, keyPath: "", message: "the file is empty")])
            }
            var reader = NodeConverter(file: file, limit: nodeLimit)
            let node = try reader.convert(root, keyPath: "")
            guard node.entries != nil else {
                throw ConfigurationError([node.problem("must be a map of keys such as `environment:`; found \(node.kindName)")])
            }
            return node
        } catch let error as YamlError {
            throw ConfigurationError([error.problem(file: file)])
        }
    }
}

/// Turns nodes of Yams into ours.
private struct NodeConverter {
    let file: String
    let limit: Int
    var count = 0

    init(file: String, limit: Int) {
        self.file = file
        self.limit = limit
    }

    mutating func convert(_ node: Node, keyPath: String) throws -> ConfigurationNode {
        let origin = origin(of: node)
        count += 1
        guard count <= limit else {
            let message = "more than \(limit) values; an alias (*name) of an alias multiplies them: write them out"
            throw ConfigurationError([ConfigurationProblem(at: origin, keyPath: keyPath, message: message)])
        }
        let content: ConfigurationNode.Content
        switch node {
        case .scalar(let scalar):
            content = .scalar(ConfigurationScalar(text: scalar.string, isPlain: scalar.style == .plain))
        case .sequence(let elements):
            content = .list(try elements.enumerated().map { try convert($0.element, keyPath: "\(keyPath)[\($0.offset)]") })
        case .mapping(let pairs):
            content = .map(try pairs.map { try entry($0.key, $0.value, within: keyPath) })
        case .alias:
            // Parsing replaces aliases by what they stand for.
            let message = "an alias (*name) can't stand here; write the value out"
            throw ConfigurationError([ConfigurationProblem(at: origin, keyPath: keyPath, message: message)])
        }
        return ConfigurationNode(content: content, origin: origin, keyPath: keyPath)
    }

    private mutating func entry(_ key: Node, _ value: Node, within keyPath: String) throws -> ConfigurationNode.Entry {
        guard let name = key.scalar?.string else {
            let message = "a key must be a word; found a list or a map"
            throw ConfigurationError([ConfigurationProblem(at: origin(of: key), keyPath: keyPath, message: message)])
        }
        let path = keyPath.isEmpty ? name : "\(keyPath).\(name)"
        return ConfigurationNode.Entry(key: name, keyOrigin: origin(of: key), value: try convert(value, keyPath: path))
    }

    private func origin(of node: Node) -> ConfigurationProblem.Origin {
        .file(SourceLocation(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1))
    }
}

extension YamlError {
    /// The error at its place. Yams' own description quotes the line, which may hold a secret.
    fileprivate func problem(file: String) -> ConfigurationProblem {
        let place: (line: Int, column: Int)
        let message: String
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            place = (mark.line, mark.column)
            message = "this is no YAML: \(problem); check the indentation, and put values with special characters into quotes"
        case .reader(let problem, _, _, let yaml):
            place = Self.firstForbiddenCharacter(in: yaml)
            message = "this is no YAML: \(problem); save the file as plain UTF-8 text"
        case .duplicatedKeysInMapping(let keys, let context):
            place = (context.mark.line, context.mark.column)
            message = "\(keys.map { "`\($0)`" }.joined(separator: ", ")) is given twice in the same map; keep one"
        default:
            place = (1, 1)
            message = "this is no YAML that can be read"
        }
        let location = SourceLocation(file: file, line: place.line, column: place.column)
        return ConfigurationProblem(at: .file(location), keyPath: "", message: message)
    }

    /// Where the first character stands that YAML does not allow. Yams' offset is in units that depend on the encoding.
    private static func firstForbiddenCharacter(in yaml: String) -> (line: Int, column: Int) {
        var (line, column) = (1, 1)
        for scalar in yaml.unicodeScalars {
            switch scalar.value {
            case 0x0A: (line, column) = (line + 1, 1)
            case 0x09, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: column += 1
            default: return (line, column)
            }
        }
        return (1, 1)
    }
}
