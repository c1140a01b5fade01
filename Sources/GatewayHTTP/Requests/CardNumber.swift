/// Finds payment card numbers (PANs), so that none is taken in: payment methods are tokens.
///
/// It is a safety net for clients that send a card number by mistake, and works by best effort. Encoded forms, such as base64 or a second
/// percent-encoding, are not decoded.
package enum CardNumber {
    /// Whether a text holds a card number: 13 to 19 digits (ISO/IEC 7812-1) with the prefix of a card network and a valid check digit.
    ///
    /// Between the digits may be spaces, dashes, and up to three of any other characters that are no letters and no digits. Digits of all
    /// scripts and forms count. Track 2 of a magnetic stripe (ISO/IEC 7813) is found, too.
    ///
    /// UUIDs and long hexadecimal identifiers are none: one of some two thousand random UUIDs would pass for a card number.
    package static func isContained(in text: String) -> Bool {
        var text = text
        guard text.utf8.count >= DigitRun.lengths.lowerBound else { return false }
        return text.withUTF8 { bytes in
            // Most texts have no digits to speak of: one pass over the bytes, and nothing is allocated.
            var digits = 0
            var union: UInt8 = 0
            for byte in bytes {
                digits += byte.isDigit ? 1 : 0
                union |= byte
            }
            if union < 0x80 { return digits >= DigitRun.lengths.lowerBound && isContained(in: bytes) }
            return CardNumberFolding.bytes(of: bytes).withUnsafeBufferPointer(isContained)
        }
    }

    private static func isContained(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var run = DigitRun()
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let mayBeIdentifier = byte.isHexDigit && (index == 0 || !bytes[index - 1].isAlphanumeric)
            if mayBeIdentifier, let end = HexadecimalIdentifier.end(in: bytes, from: index) {
                if run.holdsNumber(in: bytes) || MagneticStripe.isTrack2(bytes[index..<end]) { return true }
                if !run.isEmpty { run.removeAll() }
                index = end
            } else if byte.isDigit {
                index = run.addGroup(from: index, in: bytes)
            } else {
                // A letter ends the run, and so does a gap that is too long.
                if !run.isEmpty, byte.isAlphanumeric || run.gapIsTooLong(at: index, in: bytes) {
                    if run.holdsNumber(in: bytes) { return true }
                    run.removeAll()
                }
                index += 1
                if byte.isAlphanumeric { while index < bytes.count, bytes[index].isLetter { index += 1 } }
            }
        }
        return run.holdsNumber(in: bytes)
    }
}

/// Groups of digits with gaps between them.
private struct DigitRun {
    /// How many digits a card number has.
    static let lengths = 13...19
    /// How long a gap may be that is not made of spaces and dashes only.
    static let longestGap = 3

    /// The digits' values, of all groups.
    private var digits: [UInt8] = []
    /// Where each group is in ``digits``.
    private var groups: [Range<Int>] = []
    /// The gap behind each group but the last, in the text.
    private var gaps: [Range<Int>] = []
    /// The end of the last group, in the text.
    private var end = 0
    /// Whether the gap that has begun is made of spaces and dashes only.
    private var gapIsLoose = true

    var isEmpty: Bool { groups.isEmpty }

    mutating func removeAll() {
        digits.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        gaps.removeAll(keepingCapacity: true)
        gapIsLoose = true
    }

    /// Adds the digits that begin at an index of the text.
    ///
    /// - Returns: where they end.
    mutating func addGroup(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        if !groups.isEmpty { gaps.append(end..<start) }
        let first = digits.count
        end = start
        while end < bytes.count, bytes[end].isDigit {
            digits.append(bytes[end] & 0x0F)
            end += 1
        }
        groups.append(first..<digits.count)
        gapIsLoose = true
        return end
    }

    /// Whether the gap that the byte at an index belongs to is too long for a card number to go on behind it.
    mutating func gapIsTooLong(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if !bytes[index].isSpaceOrDash { gapIsLoose = false }
        return !gapIsLoose && index - end >= Self.longestGap
    }

    /// Whether the groups are or hold a card number.
    func holdsNumber(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard digits.count >= Self.lengths.lowerBound else { return false }
        if groups.contains(where: isNumber) { return true }
        guard groups.count > 1 else { return false }
        if holdsNumberInLongGroups(in: bytes) { return true }
        var first = 0
        while first < groups.count - 1 {
            var last = first + 1
            while last < groups.count - 1, isAlike(gaps[first], gaps[last], in: bytes) { last += 1 }
            if holdsNumber(from: first, to: last, in: bytes) { return true }
            first = last
        }
        return false
    }

    /// Whether groups of four digits and more, which is how cards bear them, are a card number with whatever is between them. A shorter
    /// group may follow.
    private func holdsNumberInLongGroups(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var first = 0
        while first < groups.count {
            var end = first
            while end < groups.count, groups[end].count >= 4 { end += 1 }
            // Of two groups with a dot or a comma between them the first is the whole part of a decimal number.
            if end - first >= 2, isNumber(joined(first, end - 1)), end - first > 2 || !isDecimalPoint(gaps[first], in: bytes) {
                return true
            }
            if end - first >= 2, end < groups.count, isNumber(joined(first, end)) { return true }
            first = end + 1
        }
        return false
    }

    /// Whether groups with alike gaps between them are or hold a card number.
    ///
    /// Inside of them, where an expiry date or a security code stands beside the number, its groups are those that cards bear: four digits
    /// or more, the last one excepted. A longer group is some other number.
    private func holdsNumber(from first: Int, to last: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let isDecimal = last == first + 1 && isDecimalPoint(gaps[first], in: bytes)
        if isDecimal { return false }
        // "40, 45, 50, 55, 60, 65, 70, 75" are amounts.
        let isList = bytes[gaps[first]].contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") }
        let sizes = groups[first...last].dropLast().lazy.map(\.count)
        if !isList || sizes.allSatisfy({ $0 >= 4 }) || sizes.allSatisfy({ $0 == 1 }), isNumber(joined(first, last)) {
            return true
        }
        let isLoose = self.isLoose(gaps[first], in: bytes)
        for start in first..<last {
            var end = start
            while end < last, groups[end].count >= 4,
                groups[end + 1].upperBound - groups[start].lowerBound <= Self.lengths.upperBound
            {
                end += 1
                // "4000, 4500, 5000, 5500, 6000" are amounts.
                let isInList = (start > first && groups[start - 1].count >= 4) || (end < last && groups[end + 1].count >= 4)
                if isLoose || !isInList, isNumber(joined(start, end)) { return true }
            }
        }
        return false
    }

    private func joined(_ first: Int, _ last: Int) -> Range<Int> { groups[first].lowerBound..<groups[last].upperBound }

    /// Whether two gaps are the same, or both made of spaces and dashes.
    private func isAlike(_ left: Range<Int>, _ right: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes[left].elementsEqual(bytes[right]) || isLoose(left, in: bytes) && isLoose(right, in: bytes)
    }

    private func isLoose(_ gap: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes[gap].allSatisfy(\.isSpaceOrDash)
    }

    private func isDecimalPoint(_ gap: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        gap.count == 1 && (bytes[gap.lowerBound] == UInt8(ascii: ".") || bytes[gap.lowerBound] == UInt8(ascii: ","))
    }

    private func isNumber(_ range: Range<Int>) -> Bool {
        guard Self.lengths.contains(range.count) else { return false }
        return digits.withUnsafeBufferPointer { $0[range].isCardNumber }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    /// Whether 13 to 19 values of digits are a card number.
    fileprivate var isCardNumber: Bool { hasNetworkPrefix && isLuhnValid }

    /// The prefixes and lengths of the networks: Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro.
    private var hasNetworkPrefix: Bool {
        let two = Int(self[startIndex]) * 10 + Int(self[startIndex + 1])
        let four = two * 100 + Int(self[startIndex + 2]) * 10 + Int(self[startIndex + 3])
        switch two {
        case 40...49: return count == 13 || count == 16 || count == 19
        case 51...55: return count == 16
        case 22...27: return count == 16 && (2221...2720).contains(four)
        case 34, 37: return count == 15
        case 30, 36, 38, 39: return (14...19).contains(count)
        case 35: return (16...19).contains(count) && (3528...3589).contains(four)
        case 62, 81: return (16...19).contains(count)
        case 50, 56...61, 63...69: return (13...19).contains(count)
        default: return false
        }
    }

    /// The check digit of ISO/IEC 7812-1, annex B.
    private var isLuhnValid: Bool {
        var sum = 0
        var isDoubled = false
        for digit in reversed() {
            let value = isDoubled ? Int(digit) * 2 : Int(digit)
            sum += value > 9 ? value - 9 : value
            isDoubled.toggle()
        }
        return sum.isMultiple(of: 10)
    }
}

/// The text of a magnetic stripe's second track (ISO/IEC 7813) in hexadecimal digits, which would pass for an identifier.
private enum MagneticStripe {
    /// Whether a word of hexadecimal digits is a card number, the separator D, and at least an expiry date and a service code. The
    /// sentinels B and F may be around them.
    static func isTrack2(_ word: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var rest = word
        if let first = rest.first, first | 0x20 == UInt8(ascii: "b") { rest = rest.dropFirst() }
        let number = rest.prefix(while: \.isDigit)
        let behind = rest[number.endIndex...]
        guard let separator = behind.first, separator | 0x20 == UInt8(ascii: "d"),
            behind.dropFirst().prefix(while: \.isDigit).count >= 7, (13...19).contains(number.count)
        else { return false }
        let values = number.map { $0 & 0x0F }
        return values.withUnsafeBufferPointer { $0[0..<$0.count].isCardNumber }
    }
}

/// Identifiers made of hexadecimal digits, which hold long runs of decimal ones by chance.
private enum HexadecimalIdentifier {
    /// Where the identifier that starts at `start`, the start of a word, ends: a UUID (RFC 9562, section 4), or 24 hexadecimal digits and
    /// more with a letter among them, such as an object id, a trace id or a digest. Nil where none starts there.
    static func end(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var end = start
        var hasLetter = false
        while end < bytes.count, bytes[end].isHexDigit {
            hasLetter = hasLetter || bytes[end].isLetter
            end += 1
        }
        if end - start == 8 { return endOfUUID(in: bytes, from: start) }
        return end - start >= 24 && hasLetter && isWordEnd(end, in: bytes) ? end : nil
    }

    private static func endOfUUID(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard bytes.count - start >= 36, isWordEnd(start + 36, in: bytes) else { return nil }
        for offset in 0..<36 {
            let byte = bytes[start + offset]
            let isDash = offset == 8 || offset == 13 || offset == 18 || offset == 23
            guard isDash ? byte == UInt8(ascii: "-") : byte.isHexDigit else { return nil }
        }
        return start + 36
    }

    private static func isWordEnd(_ index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        index == bytes.count || !bytes[index].isAlphanumeric
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }

    fileprivate var isHexDigit: Bool { isDigit || (self | 0x20) &- UInt8(ascii: "a") < 6 }

    fileprivate var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }

    fileprivate var isAlphanumeric: Bool { isDigit || isLetter }

    fileprivate var isSpaceOrDash: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "-") }
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
