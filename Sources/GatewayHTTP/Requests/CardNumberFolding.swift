/// Brings the digits and separators of all scripts into ASCII, for the search for card numbers.
enum CardNumberFolding {
    /// Stands for any letter that is none of ASCII's.
    private static let letter = UInt8(ascii: "z")
    /// Stands for any separator that is neither a space nor a dash.
    private static let separator = UInt8(ascii: "|")

    /// The text's scalars, each as ASCII: a digit as the digit that compatibility normalization (NFKC, Unicode Standard Annex 15) or its
    /// numeric value makes of it, and nothing for what has no width.
    static func bytes(of text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.count)
        for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
            if scalar.isASCII {
                folded.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                append(scalar, to: &folded)
            }
        }
        return folded
    }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout [UInt8]) {
        // The letters of most texts, without a look at Unicode's tables.
        switch scalar.value {
        case 0xD7, 0xF7: break
        case 0xC0...0x24F, 0x410...0x44F, 0x3041...0x3096, 0x30A1...0x30FA, 0x4E00...0x9FFF, 0xAC00...0xD7A3:
            return folded.append(chineseDigit(scalar) ?? letter)
        default: break
        }
        let properties = scalar.properties
        switch properties.generalCategory {
        case .decimalNumber, .otherNumber, .letterNumber:
            append(properties.numericValue, to: &folded)
        case .spaceSeparator:
            folded.append(UInt8(ascii: " "))
        case .dashPunctuation, .mathSymbol:
            folded.append(UInt8(ascii: "-"))
        // What has no width, or is drawn over the character before it, as an emoji's keycap is over its digit.
        case .format, .nonspacingMark, .enclosingMark, .spacingMark:
            break
        // U+30FC, which Japanese keyboards have in place of a dash, is one.
        case .modifierLetter:
            folded.append(UInt8(ascii: "-"))
        case .otherLetter where properties.isDefaultIgnorableCodePoint:
            break
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter:
            folded.append(letter)
        default:
            folded.append(separator)
        }
    }

    /// Appends a number of one or two digits. Any other breaks a run of digits, as a letter does.
    private static func append(_ value: Double?, to folded: inout [UInt8]) {
        guard let value, let number = UInt8(exactly: value), number < 100 else { return folded.append(letter) }
        if number > 9 { folded.append(UInt8(ascii: "0") + number / 10) }
        folded.append(UInt8(ascii: "0") + number % 10)
    }

    /// The digit that a Chinese numeral of one digit stands for, as ASCII; nil for any other character.
    private static func chineseDigit(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar {
        case "零": UInt8(ascii: "0")
        case "一", "壹": UInt8(ascii: "1")
        case "二", "贰", "貳": UInt8(ascii: "2")
        case "三", "叁", "參": UInt8(ascii: "3")
        case "四", "肆": UInt8(ascii: "4")
        case "五", "伍": UInt8(ascii: "5")
        case "六", "陆", "陸": UInt8(ascii: "6")
        case "七", "柒": UInt8(ascii: "7")
        case "八", "捌": UInt8(ascii: "8")
        case "九", "玖": UInt8(ascii: "9")
        default: nil
        }
    }
}
