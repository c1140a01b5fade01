import GatewayCore
import ProviderAPI

/// Reads the members of a request's object one by one, and tells all that is wrong with them at once.
struct FieldReader {
    /// The largest id: the largest whole number that every JSON parser keeps (RFC 8259, section 6).
    static let largestID: Int64 = (1 << 53) - 1
    /// The longest amount, in characters.
    static let longestAmount = 255

    private var members: [String: JSONValue]
    private var problems = FieldProblems()
    private var known: [String] = []

    /// A reader of an object's members.
    init(_ members: [String: JSONValue]) {
        self.members = members
        known.reserveCapacity(12)
    }

    /// A problem of a field that a caller found.
    mutating func report(_ field: String, _ message: String) {
        problems.add(field, message)
    }

    /// Ends the reading: what was not asked for is unknown, and refused.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` with the first problems (``FieldProblems/most``).
    mutating func finish() throws {
        let fields = known.isEmpty ? "." : "; there are: \(known.joined(separator: ", "))."
        problems.addUnknown(members.keys) { GatewayError.Field($0, "There is no such field\(fields)") }
        try problems.throwIfAny()
    }

    /// The member's value; nil where it is absent or null.
    private mutating func take(_ name: String) -> JSONValue? {
        known.append(name)
        guard let value = members.removeValue(forKey: name), value != .null else { return nil }
        return value
    }

    /// A string of bounded length without control characters; nil where it is absent, null or wrong.
    mutating func string(_ name: String, maximum: Int = 255, isRequired: Bool = false) -> String? {
        guard let value = take(name) else {
            if isRequired { report(name, "It is missing.") }
            return nil
        }
        guard case .string(let text) = value else {
            report(name, "It must be a string, not \(value.kind).")
            return nil
        }
        guard !text.isEmpty, text.unicodeScalars.count <= maximum else {
            report(name, "It must have 1 to \(maximum) characters.")
            return nil
        }
        guard !text.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else {
            report(name, "It must not have control characters.")
            return nil
        }
        return text
    }

    /// A list of at most 100 strings, each of at most 100,000 characters; empty where it is absent, null or wrong.
    mutating func strings(_ name: String) -> [String] {
        guard let value = take(name) else { return [] }
        guard case .array(let elements) = value, elements.count <= 100 else {
            report(name, "It must be a list of at most 100 strings.")
            return []
        }
        return elements.enumerated().compactMap { index, element in
            guard case .string(let text) = element, text.unicodeScalars.count <= 100_000 else {
                report("\(name)[\(index)]", "It must be a string of at most 100000 characters.")
                return nil
            }
            return text
        }
    }

    /// The same, with objects and lists among the elements: each of them is returned as its JSON text.
    mutating func stringsOrJSON(_ name: String) -> [String] {
        if case .array(let elements) = members[name] {
            members[name] = .array(
                elements.map { element in
                    switch element {
                    case .object, .array: .string(element.document)
                    default: element
                    }
                })
        }
        return strings(name)
    }

    /// A user, as the `sub` of a token names one.
    mutating func subject(_ name: String) -> Subject? {
        guard let text = string(name) else { return nil }
        do throws(Subject.Refusal) {
            return try Subject(checking: text)
        } catch {
            report(name, "It \(error.explanation)")
            return nil
        }
    }

    /// One of the words of an enumeration.
    mutating func word<Word: RawRepresentable>(_ name: String, _ words: [Word]) -> Word? where Word.RawValue == String {
        guard let text = string(name) else { return nil }
        guard let word = words.first(where: { $0.rawValue.isIdentical(to: text) }) else {
            report(name, "It must be one of: \(words.map(\.rawValue).joined(separator: ", ")).")
            return nil
        }
        return word
    }

    /// An id: a whole number from 1.
    mutating func id(_ name: String) -> Int64? {
        guard let value = take(name) else {
            report(name, "It is missing.")
            return nil
        }
        guard case .number(let literal) = value, let id = Int64(literal), (1...Self.largestID).contains(id) else {
            report(name, "It must be a whole number from 1 to \(Self.largestID).")
            return nil
        }
        return id
    }

    /// A whole number within a range; nil where it is absent, null or wrong.
    mutating func wholeNumber(_ name: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let value = take(name) else { return nil }
        guard case .number(let literal) = value, let number = Int64(literal), range.contains(number) else {
            report(name, "It must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return number
    }

    /// An amount and its currency, from the members `amount` and `currency`.
    mutating func money() -> Money? {
        let currency = currency()
        guard let literal = amountLiteral(isRequired: true) else { return nil }
        do {
            guard let currency else {
                // What no currency would take is named along with the wrong currency.
                if let mostDecimals = Currency("CLF") { _ = try Money(majorUnits: literal, currency: mostDecimals) }
                return nil
            }
            return try Money(majorUnits: literal, currency: currency)
        } catch {
            guard let shown = currency ?? Currency("CLF"), currency != nil || error != .tooManyDecimals && error != .tooLarge
            else {
                return nil
            }
            report("amount", error.explanation(for: shown))
            return nil
        }
    }

    /// An amount as the client wrote it, as a number or a string with the same digits.
    mutating func amountLiteral(isRequired: Bool = false) -> String? {
        switch take("amount") {
        case .number(let literal), .string(let literal):
            guard literal.utf8.count <= Self.longestAmount else {
                report("amount", "It must have at most \(Self.longestAmount) characters.")
                return nil
            }
            return literal
        case nil:
            if isRequired { report("amount", "It is missing.") }
            return nil
        case let value?:
            report("amount", "It must be a decimal number, not \(value.kind).")
            return nil
        }
    }

    /// The same where the currency may be left out: it is the order's then, which is not known here.
    mutating func amountOfOrder() -> CreatePaymentCommand.Amount? {
        if let currency = members["currency"], currency != .null { return money().map { .money($0) } }
        known.append("currency")
        members["currency"] = nil
        guard let literal = amountLiteral(isRequired: true) else { return nil }
        do {
            // What no currency would take; the rest is judged once the order's is known.
            if let mostDecimals = Currency("CLF") { _ = try Money(majorUnits: literal, currency: mostDecimals) }
        } catch {
            guard error == .tooManyDecimals || error == .tooLarge else {
                if let shown = Currency("CLF") { report("amount", error.explanation(for: shown)) }
                return nil
            }
        }
        return .inOrdersCurrency(literal)
    }

    private mutating func currency() -> Currency? {
        guard let code = string("currency", isRequired: true) else { return nil }
        guard let currency = Currency(code) else {
            report("currency", "It must be the code of an ISO 4217 currency with a minor unit, such as USD.")
            return nil
        }
        return currency
    }

    /// Pairs of strings: at most 50, names of 1 to 40 characters without brackets, values of at most 500.
    mutating func metadata() -> [String: String] {
        guard let value = take("metadata") else { return [:] }
        guard case .object(let members) = value else {
            report("metadata", "It must be an object of strings, not \(value.kind).")
            return [:]
        }
        guard members.count <= 50 else {
            report("metadata", "It must have at most 50 pairs.")
            return [:]
        }
        var pairs: [String: String] = [:]
        for (key, value) in members.sorted(by: { $0.key < $1.key }) {
            guard !key.isEmpty, key.unicodeScalars.count <= 40, !key.contains("["), !key.contains("]") else {
                report("metadata", "Its names must have 1 to 40 characters, and no brackets.")
                continue
            }
            guard case .string(let text) = value, text.unicodeScalars.count <= 500 else {
                report("metadata.\(key)", "It must be a string of at most 500 characters.")
                continue
            }
            guard !(key + text).unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" }) else {
                report("metadata", "It must not have control characters.")
                continue
            }
            pairs[key] = text
        }
        return pairs
    }
}
