/// Ids of requests: in every log line of a request, in its answer, and in problem documents.
enum RequestID {
    /// A new id.
    static func make() -> String {
        let bits = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        return "req_" + String(bits.0, radix: 36) + String(bits.1, radix: 36)
    }

    /// The client's id where it is short and plain; nil where it is not, or looks like a card number.
    static func taken(over given: String?) -> String? {
        guard let given, (1...128).contains(given.utf8.count), given.utf8.allSatisfy(isPlain), !CardNumber.isContained(in: given)
        else { return nil }
        return given
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ":"):
            true
        default: false
        }
    }
}
