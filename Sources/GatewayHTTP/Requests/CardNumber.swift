/// Finds payment card numbers (PANs), so that none is taken in: payment methods are tokens.
package enum CardNumber {
    /// Whether a text holds a card number: 13 to 19 digits (ISO/IEC 7812-1), spaces and dashes between them ignored, with the
    /// prefix of a card network and a valid check digit.
    ///
    /// UUIDs and long hexadecimal identifiers are none: one of some two thousand random UUIDs would pass for a card number.
    package static func isContained(in text: String) -> Bool {
        let bytes = Array(text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8 : plain(text).utf8)
        var run: [[UInt8]] = []
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if let end = Identifier.end(in: bytes, from: index) {
                if holdsNumber(run) { return true }
                run = []
                index = end
                continue
            }
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digits = bytes[index...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
                run.append(digits.map { $0 - UInt8(ascii: "0") })
                index = digits.endIndex
            case UInt8(ascii: " "), UInt8(ascii: "-"): index += 1
            // Four digits, a dot, four digits: cards are written so too, amounts and versions are not.
            case UInt8(ascii: ".") where run.last?.count == 4: index += 1
            default:
                if holdsNumber(run) { return true }
                run = []
                index += 1
            }
        }
        return holdsNumber(run)
    }

    /// The text with the spaces, dashes and digits of all scripts in their ASCII form, and without what has no width: web pages and
    /// word processors put others in their place.
    private static func plain(_ text: String) -> String {
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .spaceSeparator: plain.append(" ")
            case .dashPunctuation, .mathSymbol: plain.append("-")
            case .format: continue
            case .decimalNumber:
                if let value = scalar.properties.numericValue { plain.append(contentsOf: String(Int(value)).unicodeScalars) }
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// Whether groups of digits with spaces or dashes between them are or hold a card number.
    ///
    /// Inside of a longer run, where an expiry date or a security code stands beside the number, its groups are those that cards bear:
    /// four digits or more, the last one excepted. A longer group is some other number.
    private static func holdsNumber(_ run: [[UInt8]]) -> Bool {
        guard !run.isEmpty else { return false }
        if run.count > 1, run.count <= 19, isNumber(Array(run.joined())) { return true }
        for start in run.indices {
            var digits: [UInt8] = []
            for group in run[start...] {
                digits += group
                if digits.count > 19 { break }
                if isNumber(digits) { return true }
                if group.count < 4 { break }
            }
        }
        return false
    }

    private static func isNumber(_ digits: [UInt8]) -> Bool {
        (13...19).contains(digits.count) && hasNetworkPrefix(digits) && isLuhnValid(digits)
    }

    /// The prefixes and lengths of the networks: Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro.
    private static func hasNetworkPrefix(_ digits: [UInt8]) -> Bool {
        func prefix(_ length: Int) -> Int { digits.prefix(length).reduce(0) { $0 * 10 + Int($1) } }
        let count = digits.count
        switch prefix(2) {
        case 40...49: return count == 13 || count == 16 || count == 19
        case 51...55: return count == 16
        case 22...27: return count == 16 && (2221...2720).contains(prefix(4))
        case 34, 37: return count == 15
        case 30, 36, 38, 39: return (14...19).contains(count)
        case 35: return (16...19).contains(count) && (3528...3589).contains(prefix(4))
        case 62, 81: return (16...19).contains(count)
        case 50, 56...61, 63...69: return (13...19).contains(count)
        default: return false
        }
    }

    /// The check digit of ISO/IEC 7812-1, annex B.
    private static func isLuhnValid(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let value = position.isMultiple(of: 2) ? Int(digit) : Int(digit) * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10)
    }
}

/// Identifiers made of hexadecimal digits, which hold long runs of decimal ones by chance.
private enum Identifier {
    /// Where the identifier that starts at `start` ends: a UUID (RFC 9562, section 4), or 24 hexadecimal digits and more with a letter
    /// among them, such as an object id, a trace id or a digest. Nil where none starts there.
    static func end(in bytes: [UInt8], from start: Int) -> Int? {
        guard isHexDigit(bytes[start]), start == 0 || !isAlphanumeric(bytes[start - 1]) else { return nil }
        let digits = bytes[start...].prefix(while: isHexDigit)
        if digits.count == 8 { return endOfUUID(in: bytes, from: start) }
        guard digits.count >= 24, digits.contains(where: { $0 > UInt8(ascii: "9") }) else { return nil }
        return isWordEnd(digits.endIndex, in: bytes) ? digits.endIndex : nil
    }

    private static func endOfUUID(in bytes: [UInt8], from start: Int) -> Int? {
        guard bytes.count - start >= 36, isWordEnd(start + 36, in: bytes) else { return nil }
        for (offset, byte) in bytes[start..<start + 36].enumerated() {
            let isDash = offset == 8 || offset == 13 || offset == 18 || offset == 23
            guard isDash ? byte == UInt8(ascii: "-") : isHexDigit(byte) else { return nil }
        }
        return start + 36
    }

    private static func isWordEnd(_ index: Int, in bytes: [UInt8]) -> Bool {
        index == bytes.count || !isAlphanumeric(bytes[index])
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension JSONValue {
    /// Whether any string, name or number of the document holds a card number.
    var holdsCardNumber: Bool {
        switch self {
        case .null, .bool: false
        case .number(let text), .string(let text): CardNumber.isContained(in: text)
        case .array(let elements): elements.contains(where: \.holdsCardNumber)
        case .object(let members): members.contains { CardNumber.isContained(in: $0.key) || $0.value.holdsCardNumber }
        }
    }
}
