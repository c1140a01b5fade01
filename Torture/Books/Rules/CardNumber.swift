/// Finds payment card numbers: 13 to 19 digits (ISO/IEC 7812-1) in one run, or sixteen in groups of four, with the prefix of a network
/// and a valid check digit. Digits within a longer word, such as an id, are none.
enum CardNumber {
    static func isContained(in text: String) -> Bool {
        let bytes = Array(text.utf8)
        var start = 0
        while start < bytes.count {
            guard isDigit(bytes[start]) else {
                start += 1
                continue
            }
            // Four groups of four, or one run: whatever is longer.
            let run = end(of: start, in: bytes)
            var end = run
            var digits = Array(bytes[start..<run])
            while run - start == 4, digits.count < 16, end + 5 <= bytes.count, bytes[end] == 0x20 || bytes[end] == 0x2d,
                Self.end(of: end + 1, in: bytes) == end + 5
            {
                digits += bytes[(end + 1)..<(end + 5)]
                end += 5
            }
            if isWord(from: start, to: end, in: bytes), isNumber(digits.map { Int($0 - 0x30) }) { return true }
            start = run
        }
        return false
    }

    private static func end(of start: Int, in bytes: [UInt8]) -> Int {
        var end = start
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        return end
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

    /// Whether what stands before and after is no part of the same word.
    private static func isWord(from start: Int, to end: Int, in bytes: [UInt8]) -> Bool {
        func isJoined(_ byte: UInt8) -> Bool {
            isDigit(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
        }
        return (start == 0 || !isJoined(bytes[start - 1])) && (end == bytes.count || !isJoined(bytes[end]))
    }

    private static func isNumber(_ digits: [Int]) -> Bool {
        guard (13...19).contains(digits.count), hasNetworkPrefix(digits) else { return false }
        var sum = 0
        for (position, digit) in digits.reversed().enumerated() {
            let value = position.isMultiple(of: 2) ? digit : digit * 2
            sum += value > 9 ? value - 9 : value
        }
        return sum.isMultiple(of: 10)
    }

    /// Visa, Mastercard, American Express, Discover, Diners Club, JCB, UnionPay, Maestro.
    private static func hasNetworkPrefix(_ digits: [Int]) -> Bool {
        let four = digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3]
        switch four / 100 {
        case 40...49: return [13, 16, 19].contains(digits.count)
        case 51...55: return digits.count == 16
        case 22...27: return digits.count == 16 && (2221...2720).contains(four)
        case 34, 37: return digits.count == 15
        case 30, 36, 38, 39: return digits.count >= 14
        case 35: return digits.count >= 16 && (3528...3589).contains(four)
        case 62: return digits.count >= 16
        case 50, 56...61, 63...69: return true
        default: return false
        }
    }
}
