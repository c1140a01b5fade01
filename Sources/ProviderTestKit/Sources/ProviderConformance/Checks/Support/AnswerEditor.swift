/// Reads and changes one value of a body: JSON, by a dotted path, or a form, by a parameter's name.
enum AnswerEditor {
    /// The number, text or yes-or-no at a place; nil where there is none.
    static func scalar(_ place: String, in body: [UInt8]) -> JSONValue? {
        if let json = JSONValue(body) {
            return value(at: path(place), in: json).flatMap { $0.isScalar ? $0 : nil }
        }
        return FormParameters(body: body)?.pairs.first { $0.name == place }.map { .string($0.value) }
    }

    /// The body with another value at a place; nil where there was no number or text.
    static func replacing(_ place: String, in body: [UInt8], by change: (JSONValue) -> JSONValue?) -> [UInt8]? {
        guard let old = scalar(place, in: body), let new = change(old) else { return nil }
        if let json = JSONValue(body) {
            return setting(path(place), in: json, to: new)?.bytes
        }
        guard var form = FormParameters(body: body), let index = form.pairs.firstIndex(where: { $0.name == place }) else {
            return nil
        }
        form.pairs[index].value = new.plainText ?? ""
        return Array(form.encoded.utf8)
    }

    private static func path(_ place: String) -> [String] {
        place.split(separator: ".").map(String.init)
    }

    private static func value(at path: [String], in json: JSONValue) -> JSONValue? {
        guard let key = path.first else { return json }
        let rest = Array(path.dropFirst())
        switch json {
        case .object(let members): return members[key].flatMap { value(at: rest, in: $0) }
        case .array(let values): return Int(key).flatMap { values.indices.contains($0) ? value(at: rest, in: values[$0]) : nil }
        default: return nil
        }
    }

    private static func setting(_ path: [String], in json: JSONValue, to new: JSONValue) -> JSONValue? {
        guard let key = path.first else { return new }
        let rest = Array(path.dropFirst())
        switch json {
        case .object(var members):
            guard let old = members[key] else { return nil }
            members[key] = setting(rest, in: old, to: new)
            return .object(members)
        case .array(var values):
            guard let index = Int(key), values.indices.contains(index), let changed = setting(rest, in: values[index], to: new)
            else { return nil }
            values[index] = changed
            return .array(values)
        default:
            return nil
        }
    }
}

extension JSONValue {
    /// Whether it is a number, a text, or yes or no.
    var isScalar: Bool {
        switch self {
        case .null, .array, .object: false
        default: true
        }
    }

    /// A number's or a text's characters; nil for anything else.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): "\(value)"
        case .decimal(let value): "\(value)"
        default: nil
        }
    }
}
