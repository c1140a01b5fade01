import Testing

/// Card numbers made for tests: a network's prefix, digits by chance, and the check digit of ISO/IEC 7812-1, annex B.
enum Card {
    /// A prefix and a length of a network.
    struct Range: Sendable, CustomTestStringConvertible {
        var network: String
        var prefix: String
        var length: Int

        var testDescription: String { "\(network) \(prefix) (\(length))" }
    }

    static let ranges: [Range] = [
        ("Visa", ["4"], [13, 16, 19]), ("Mastercard", ["51", "55", "2221", "2720", "2500"], [16]),
        ("American Express", ["34", "37"], [15]),
        ("Discover", ["6011", "644", "649", "65"], [16, 19]), ("Diners Club", ["300", "305", "36", "38", "39"], [14, 16, 19]),
        ("JCB", ["3528", "3589"], [16, 19]), ("UnionPay", ["62", "81"], [16, 17, 18, 19]),
        ("Maestro", ["50", "56", "57", "58", "63", "67", "69"], [13, 15, 18, 19]),
    ].flatMap { network, prefixes, lengths in
        prefixes.flatMap { prefix in lengths.map { Range(network: network, prefix: prefix, length: $0) } }
    }

    /// A number of a range.
    static func number(_ range: Range, using generator: inout SeededGenerator) -> String {
        var digits = range.prefix
        while digits.count < range.length - 1 { digits += "\(Int.random(in: 0...9, using: &generator))" }
        return digits + "\(checkDigit(of: digits))"
    }

    /// The digit that makes a number valid when it is added at its end.
    static func checkDigit(of digits: String) -> Int {
        let sum = digits.reversed().enumerated().reduce(0) { sum, digit in
            let value = (digit.element.wholeNumberValue ?? 0) * (digit.offset.isMultiple(of: 2) ? 2 : 1)
            return sum + value / 10 + value % 10
        }
        return (10 - sum % 10) % 10
    }

    /// The number with a separator after every so many digits.
    static func grouped(_ number: String, by sizes: [Int], _ separator: String) -> String {
        var rest = number[...]
        var groups: [Substring] = []
        var index = 0
        while !rest.isEmpty {
            groups.append(rest.prefix(sizes[min(index, sizes.count - 1)]))
            rest = rest.dropFirst(sizes[min(index, sizes.count - 1)])
            index += 1
        }
        return groups.joined(separator: separator)
    }
}
