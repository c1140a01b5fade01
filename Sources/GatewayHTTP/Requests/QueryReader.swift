import Foundation
import GatewayCore
import ProviderAPI

/// Reads the parameters of a query one by one. One that is unknown or occurs twice is refused: `?amout=50` on a refund must not
/// become a refund of everything.
struct QueryReader {
    private var parameters: [String: String] = [:]
    private var problems = FieldProblems()
    private var known: [String] = []

    /// A reader of a raw query, without the question mark.
    init(_ query: String?) {
        for pair in (query ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = parts.map { String($0).replacingOccurrences(of: "+", with: " ").removingPercentEncoding }
            guard let first = decoded.first, let name = first, let value = decoded.count > 1 ? decoded[1] : "" else {
                report("query", "A parameter's percent-encoding is broken.")
                continue
            }
            guard !name.isEmpty else {
                report("query", "A parameter has no name.")
                continue
            }
            if parameters.updateValue(value, forKey: name) != nil { report(name, "It occurs twice.") }
        }
    }

    /// A problem of a parameter that a caller found.
    mutating func report(_ parameter: String, _ message: String) {
        problems.add(parameter, message)
    }

    /// Ends the reading.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` with every problem.
    mutating func finish() throws {
        let message =
            known.isEmpty
            ? "There are no parameters here." : "There is no such parameter; there are: \(known.joined(separator: ", "))."
        // What looks like a card number is not repeated, in whatever place it stands.
        problems.addUnknown(parameters.keys) { GatewayError.Field(CardNumber.isContained(in: $0) ? "query" : $0, message) }
        try problems.throwIfAny()
    }

    /// A text; nil where it is absent.
    mutating func string(_ name: String) -> String? {
        known.append(name)
        guard let value = parameters.removeValue(forKey: name) else { return nil }
        guard !value.isEmpty, value.unicodeScalars.count <= 255 else {
            report(name, "It must have 1 to 255 characters.")
            return nil
        }
        return value
    }

    /// A whole number within bounds.
    mutating func integer(_ name: String, in bounds: ClosedRange<Int64>) -> Int64? {
        guard let text = string(name) else { return nil }
        guard let value = Int64(text), bounds.contains(value) else {
            report(name, "It must be a whole number from \(bounds.lowerBound) to \(bounds.upperBound).")
            return nil
        }
        return value
    }

    /// One of the words of an enumeration.
    mutating func word<Word: RawRepresentable & CaseIterable>(_ name: String) -> Word? where Word.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            report(name, "It must be one of: \(Word.allCases.map(\.rawValue).joined(separator: ", ")).")
            return nil
        }
        return word
    }

    /// `true` or `false`; nil where it is absent.
    mutating func bool(_ name: String) -> Bool? {
        guard let text = string(name) else { return nil }
        guard text == "true" || text == "false" else {
            report(name, "It must be true or false.")
            return nil
        }
        return text == "true"
    }

    /// A time in RFC 3339.
    mutating func time(_ name: String) -> Timestamp? {
        guard let text = string(name) else { return nil }
        guard let time = Timestamp(rfc3339: text) else {
            report(name, "It must be a time in RFC 3339, such as 2026-01-08T01:00:00Z.")
            return nil
        }
        return time
    }

    /// The size of a page in the order of creation, and where it starts.
    mutating func page() -> (limit: Int, beforeID: Int64?) {
        let page = page(PageCursor.id)
        return (page.limit, page.position)
    }

    /// The size of a page in the order of changes, and where it starts.
    mutating func pageByUpdate() -> (limit: Int, before: TransactionQuery.UpdatePosition?) {
        let page = page(PageCursor.update)
        return (page.limit, page.position)
    }

    private mutating func page<Position>(_ read: (String) -> Position?) -> (limit: Int, position: Position?) {
        let limit = integer("limit", in: 1...100) ?? 20
        guard let cursor = string("cursor") else { return (Int(limit), nil) }
        guard let position = read(cursor) else {
            report("cursor", "It must be the next_cursor of a page before.")
            return (Int(limit), nil)
        }
        return (Int(limit), position)
    }
}
