import ProviderAPI

/// What is wrong with a setting that the mock checks itself, and where.
struct SettingProblems {
    private var all: [(place: String, message: String)] = []

    /// Adds a problem. The message follows the place: "scenarios[0].fault *must be ...*".
    mutating func add(_ place: String, _ message: String) {
        all.append((place, message))
    }

    /// - Throws: ``ProviderError/rejected(_:)`` where there are any: the first place is its field, the others are in its message.
    func check() throws(ProviderError) {
        guard let first = all.first else { return }
        let others = all.dropFirst().map { "; \($0.place) \($0.message)" }.joined()
        var rejection = Rejection(.invalidRequest, message: first.message + others)
        rejection.field = first.place
        throw .rejected(rejection)
    }
}

/// A map within a setting that knows where it stands. Its methods return nil where there is no value, and where it is wrong,
/// which is reported.
struct SettingMap {
    /// Such as `scenarios[2].match`.
    let path: String
    private let values: [String: SettingValue]

    /// Reads a map that may have these keys.
    init(_ value: SettingValue, at path: String, known: [String], _ problems: inout SettingProblems) {
        self.path = path
        let list = known.joined(separator: ", ")
        guard let map = value.map else {
            values = [:]
            problems.add(path, "must be a map with some of the keys \(list)")
            return
        }
        values = map
        for key in map.keys.sorted() where !known.contains(key) {
            problems.add("\(path).\(key.prefix(40))", "is an unknown key; known keys: \(list)")
        }
    }

    /// The value; nil where there is none or it is null.
    subscript(key: String) -> SettingValue? {
        guard let value = values[key], value != .null else { return nil }
        return value
    }

    /// Where a key's value stands.
    func place(_ key: String) -> String { "\(path).\(key)" }

    /// A map that may have these keys.
    func map(_ key: String, known: [String], _ problems: inout SettingProblems) -> SettingMap? {
        self[key].map { SettingMap($0, at: place(key), known: known, &problems) }
    }

    /// Text.
    func text(_ key: String, _ problems: inout SettingProblems) -> String? {
        guard let value = self[key] else { return nil }
        guard let text = value.string, !text.isEmpty else {
            problems.add(place(key), "must be text")
            return nil
        }
        return text
    }

    /// Texts by name. Whole numbers and `true` or `false` count as the text they are written as: providers.yaml types them.
    func texts(_ key: String, _ problems: inout SettingProblems) -> [String: String] {
        guard let value = self[key] else { return [:] }
        guard let map = value.map else {
            problems.add(place(key), "must be a map of texts")
            return [:]
        }
        var texts: [String: String] = [:]
        for (name, value) in map.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .string(let text): texts[name] = text
            case .integer(let number): texts[name] = String(number)
            case .bool(let flag): texts[name] = String(flag)
            default: problems.add("\(place(key)).\(name.prefix(40))", "must be text")
            }
        }
        return texts
    }

    /// Yes or no.
    func bool(_ key: String, _ problems: inout SettingProblems) -> Bool? {
        guard let value = self[key] else { return nil }
        if value.bool == nil { problems.add(place(key), "must be true or false") }
        return value.bool
    }

    /// A whole number within bounds.
    func integer(
        _ key: String, in range: ClosedRange<Int64>, correction: String = "", _ problems: inout SettingProblems
    ) -> Int64? {
        guard let value = self[key] else { return nil }
        guard let number = value.integer, range.contains(number) else {
            problems.add(place(key), "must be a whole number from \(range.lowerBound) to \(range.upperBound)\(correction)")
            return nil
        }
        return number
    }

    /// One of the words that these cases stand for.
    func word<Word: RawRepresentable<String>>(_ key: String, among words: [Word], _ problems: inout SettingProblems) -> Word? {
        guard let value = self[key] else { return nil }
        guard let word = words.first(where: { $0.rawValue == value.string }) else {
            problems.add(place(key), "must be one of \(words.map(\.rawValue).joined(separator: ", "))")
            return nil
        }
        return word
    }

    /// A length of time with its unit, and a longest one in words.
    func duration(_ key: String, upTo longest: Duration, _ words: String, _ problems: inout SettingProblems) -> Duration? {
        guard let value = self[key] else { return nil }
        guard let duration = value.string.flatMap(Duration.init(text:)), duration <= longest else {
            problems.add(place(key), "must be a length of time \(words) with its unit, such as 500ms, 2s, 1m, 12h or 1d")
            return nil
        }
        return duration
    }
}
