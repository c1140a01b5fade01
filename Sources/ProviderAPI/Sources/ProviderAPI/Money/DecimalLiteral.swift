/// A number literal taken apart without a rounding step: `digits * 10^exponent`, no zero at either end of the digits.
struct DecimalLiteral {
    /// The significant digits, most significant first; empty for zero.
    private(set) var digits: [UInt8] = []
    /// The power of ten of the last digit.
    private(set) var exponent = 0
    let isNegative: Bool

    /// Reads the grammar of RFC 8259, section 6; nil where the text does not follow it.
    init?(_ text: String) {
        var rest = text.utf8[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest.removeFirst() }

        let whole = rest.prefix(while: Self.isDigit)
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return nil }
        rest = rest.dropFirst(whole.count)
        digits.append(contentsOf: whole.map { $0 - UInt8(ascii: "0") })

        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let fraction = rest.prefix(while: Self.isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(fraction.count)
            digits.append(contentsOf: fraction.map { $0 - UInt8(ascii: "0") })
            exponent = -fraction.count
        }

        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            rest.removeFirst()
            var sign = 1
            if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
                if first == UInt8(ascii: "-") { sign = -1 }
                rest.removeFirst()
            }
            guard !rest.isEmpty, rest.allSatisfy(Self.isDigit) else { return nil }
            // No text is long enough to make up for a power of a thousand millions, so it may stop counting there.
            exponent += sign * rest.reduce(0) { min($0 * 10 + Int($1 - UInt8(ascii: "0")), 1_000_000_000) }
            rest = rest[rest.endIndex...]
        }
        guard rest.isEmpty else { return nil }
        normalize()
    }

    /// Drops zeros that carry no meaning, in one pass from each end.
    private mutating func normalize() {
        let trailing = digits.reversed().prefix { $0 == 0 }.count
        digits.removeLast(trailing)
        exponent += trailing
        digits.removeFirst(digits.prefix { $0 == 0 }.count)
        if digits.isEmpty { exponent = 0 }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
