/// Finds payment card numbers (PANs), so that none is taken in: payment methods are tokens.
enum CardNumber {
    /// Whether a text holds a card number: 13 to 19 digits (ISO/IEC 7812-1), spaces and dashes between them ignored, with the
    /// prefix of a card network and a valid check digit.
    static func isContained(in text: String) -> Bool {
        var digits: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: " "), UInt8(ascii: "-"): continue
            default:
                if holdsNumber(digits) { return true }
                digits.removeAll(keepingCapacity: true)
            }
        }
        return holdsNumber(digits)
    }

    /// Whether a run of digits is a card number. A longer run is some other number: a card's number stands by itself.
    private static func holdsNumber(_ digits: [UInt8]) -> Bool {
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
