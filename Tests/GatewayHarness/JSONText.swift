import Foundation

/// A JSON value that keeps its numbers as the text they were sent as: an amount is tested digit by digit.
package indirect enum JSONText: Sendable, Hashable {
    case null
    case bool(Bool)
    /// The literal, unchanged.
    case number(String)
    case string(String)
    case array([JSONText])
    case object([String: JSONText])

    /// A member of an object; null where there is none.
    package subscript(_ name: String) -> JSONText {
        guard case .object(let members) = self else { return .null }
        return members[name] ?? .null
    }

    /// Whether an object has a member, null or not.
    package func has(_ name: String) -> Bool {
        guard case .object(let members) = self else { return false }
        return members[name] != nil
    }

    /// The names of an object's members.
    package var names: Set<String> {
        guard case .object(let members) = self else { return [] }
        return Set(members.keys)
    }

    /// A string's text.
    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// An integer's value; nil for a number with a fraction or an exponent.
    package var integer: Int? {
        guard case .number(let literal) = self else { return nil }
        return Int(literal)
    }

    /// The elements of an array; none for anything else.
    package var elements: [JSONText] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// A plain decimal number without the zeros that carry no meaning: `50` for `50.00`. Nil for anything else, `5e1` too.
    package var decimal: String? {
        guard case .number(let literal) = self, literal.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") })
        else {
            return nil
        }
        guard literal.contains(".") else { return literal }
        let digits = String(literal.reversed().drop { $0 == "0" }.reversed())
        return digits.hasSuffix(".") ? String(digits.dropLast()) : digits
    }
}
