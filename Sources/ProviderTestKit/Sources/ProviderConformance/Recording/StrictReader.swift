import Foundation

/// Reads JSON files strictly: what a file holds beyond its type would check nothing, and is a mistake.
struct StrictReader {
    /// Members that may be null, which is as if they were absent.
    var nullable: Set<String> = []

    /// Reads a file.
    ///
    /// - Throws: ``Mistakes``, which name members, not the file.
    func read<Value: Codable>(_ type: Value.Type, from data: Data) throws -> Value {
        let decoder = JSONDecoder()
        let value: Value
        do {
            value = try decoder.decode(Value.self, from: data)
        } catch let error as DecodingError {
            throw Mistakes(lines: [Self.words(for: error)])
        }
        let understood = try decoder.decode(JSONValue.self, from: try JSONEncoder().encode(value))
        let mistakes = surplus(in: try decoder.decode(JSONValue.self, from: data), beside: understood, at: "")
        guard mistakes.isEmpty else { throw Mistakes(lines: mistakes) }
        return value
    }

    /// What is wrong with a file, one line each.
    struct Mistakes: Error {
        let lines: [String]
    }

    private func surplus(in file: JSONValue, beside understood: JSONValue, at path: String) -> [String] {
        switch (file, understood) {
        case (.object(let all), .object(let known)):
            return all.keys.sorted().flatMap { key -> [String] in
                let place = path.isEmpty ? key : "\(path).\(key)"
                guard let value = all[key] else { return [] }
                if let counterpart = known[key] { return surplus(in: value, beside: counterpart, at: place) }
                return value == .null && nullable.contains(place) ? [] : ["\(place) is no member that is known there"]
            }
        case (.array(let all), .array(let known)) where all.count == known.count:
            return zip(all, known).enumerated().flatMap { index, pair in
                surplus(in: pair.0, beside: pair.1, at: "\(path)[\(index)]")
            }
        default:
            return file == understood ? [] : ["\(path) is \(file); write \(understood)"]
        }
    }

    private static func words(for error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context):
            "\(path(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            "\(path(context.codingPath)) has a value of the wrong kind (\(context.debugDescription))"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            "it is no JSON (\(context.underlyingError.map { reason(of: $0) } ?? context.debugDescription))"
        case .dataCorrupted(let context):
            "\(path(context.codingPath)): \(context.debugDescription)"
        @unknown default:
            "it cannot be read"
        }
    }

    private static func reason(of error: any Error) -> String {
        (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String ?? "\(error)"
    }

    private static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce(into: "") { path, key in
            if let index = key.intValue {
                path += "[\(index)]"
            } else {
                path += path.isEmpty ? key.stringValue : ".\(key.stringValue)"
            }
        }
    }
}
