/// Writes values into words of 64 bits, or reads them from there. One description of a layout serves both directions.
struct BitCoder {
    /// How many words a world takes.
    static let wordCount = 10

    let words: UnsafeMutablePointer<UInt64>
    let isReading: Bool
    private(set) var position = 0

    /// Begins to write.
    init(writingTo words: UnsafeMutablePointer<UInt64>) {
        self.words = words
        isReading = false
        words.update(repeating: 0, count: Self.wordCount)
    }

    /// Begins to read.
    init(readingFrom words: UnsafeMutablePointer<UInt64>) {
        self.words = words
        isReading = true
    }

    /// Codes the low bits of a value.
    mutating func bits(_ value: inout UInt64, _ count: Int) {
        let (word, offset) = (position &>> 6, position & 63)
        position &+= count
        precondition(position <= Self.wordCount * 64, "a world needs more words")
        let isSplit = offset &+ count > 64
        if isReading {
            var read = words[word] &>> UInt64(offset)
            if isSplit { read |= words[word &+ 1] &<< UInt64(64 &- offset) }
            value = read & ((1 &<< UInt64(count)) &- 1)
        } else {
            precondition(value &>> UInt64(count) == 0, "a value does not fit into its bits")
            words[word] |= value &<< UInt64(offset)
            if isSplit { words[word &+ 1] |= value &>> UInt64(64 &- offset) }
        }
    }

    mutating func flag(_ value: inout Bool) {
        var bit: UInt64 = value ? 1 : 0
        bits(&bit, 1)
        value = bit == 1
    }

    /// Codes a number from -1 on.
    mutating func number(_ value: inout Int64, _ count: Int) {
        var raw = UInt64(bitPattern: value &+ 1)
        bits(&raw, count)
        value = Int64(bitPattern: raw) &- 1
    }

    mutating func byte(_ value: inout UInt8, _ count: Int) {
        var raw = UInt64(value)
        bits(&raw, count)
        value = UInt8(truncatingIfNeeded: raw)
    }

    mutating func count(_ value: Int, _ bitCount: Int) -> Int {
        var raw = UInt64(value)
        bits(&raw, bitCount)
        return Int(raw)
    }

    /// Codes an optional number from 0 on.
    mutating func optional(_ value: inout Int64?, _ count: Int) {
        var raw = value ?? -1
        number(&raw, count)
        value = raw < 0 ? nil : raw
    }

    /// Codes one of a list's values, or none.
    mutating func one<Value: Equatable>(_ value: inout Value?, of list: [Value], _ count: Int) {
        var raw: UInt64 = 0
        if !isReading, let value, let place = list.firstIndex(of: value) { raw = UInt64(place) + 1 }
        bits(&raw, count)
        if isReading { value = raw == 0 ? nil : list[Int(raw) - 1] }
    }

    mutating func raw<Value: RawRepresentable<UInt8>>(_ value: inout Value, _ count: Int) {
        var byte = value.rawValue
        self.byte(&byte, count)
        if isReading, let read = Value(rawValue: byte) { value = read }
    }

    /// Codes one element of an array. An array that is only written is not touched, and so not copied.
    mutating func element<Element>(_ array: inout [Element], _ index: Int, _ code: (inout BitCoder, inout Element) -> Void) {
        var element = array[index]
        code(&self, &element)
        if isReading { array[index] = element }
    }
}
