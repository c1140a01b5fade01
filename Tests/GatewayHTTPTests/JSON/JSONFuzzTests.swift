import Foundation
import Testing

@testable import GatewayHTTP

@Suite("The JSON parser under random documents")
struct JSONFuzzTests {
    private static let seeds = [
        #"{"order_id":1,"amount":99.99,"currency":"USD","metadata":{"cart":"a\u00e9\n","k":"v"}}"#,
        #"[0,-1,1.5,1e2,1E-2,true,false,null,"",[],{},[[1],[2,[3]]],{"a":{"b":[{}]}}]"#,
        #"  { "text" : "\ud83d\ude00 \"quoted\" \\ \/ \b\f\r\t é😀" , "list" : [ 1 , 2 , 3 ] }  "#,
        #"{"a":"1","b":"2","c":[{"a":1},{"a":2}],"d":-0.0,"e":12345678901234567890}"#,
    ].map { Array($0.utf8) }

    /// Bytes that matter to JSON come up more often than others.
    private static let alphabet =
        Array(#"{}[]",:\/+-.eE0123456789truefalsnbu \#n\#t"#.utf8) + [0x00, 0x1F, 0x7F, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]

    private static func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seeds[Int.random(in: 0..<seeds.count, using: &generator)]
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            guard !bytes.isEmpty else { break }
            let index = Int.random(in: 0..<bytes.count, using: &generator)
            let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[index] = byte
            case 1: bytes.insert(byte, at: index)
            case 2: bytes.remove(at: index)
            case 3: bytes.removeSubrange(index...)
            case 4:
                let end = Int.random(in: index...min(bytes.count, index + 12), using: &generator)
                bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: 0...bytes.count, using: &generator))
            default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &generator))
            }
        }
        return bytes
    }

    /// Where the two differ by intention, or by Foundation's fault:
    /// - a name that occurs twice, and depth beyond 16: Foundation takes both;
    /// - a trailing comma: Foundation takes it;
    /// - a number that no Double holds: Foundation refuses it, RFC 8259 does not, and the gateway reads amounts from the text;
    /// - a document that starts with a zero byte or has one second: Foundation guesses UTF-16 or UTF-32 (RFC 4627's rule).
    private static func isKnownDifference(_ bytes: [UInt8], _ outcome: Result<JSONValue, JSONParser.Failure>) -> Bool {
        if bytes.prefix(4).contains(0) { return true }
        switch outcome {
        case .failure(let failure):
            return failure.message.contains("twice") || failure.message.contains("nested deeper")
                || isTrailingComma(bytes, at: failure.offset)
        case .success(let value): return value.holdsUnrepresentableNumber
        }
    }

    /// Whether the document closes something at `offset`, right after a comma.
    private static func isTrailingComma(_ bytes: [UInt8], at offset: Int) -> Bool {
        guard offset < bytes.count, [UInt8(ascii: "]"), UInt8(ascii: "}")].contains(bytes[offset]) else { return false }
        return bytes[..<offset].last { ![0x20, 0x0A, 0x0D, 0x09].contains($0) } == UInt8(ascii: ",")
    }

    @Test(
        "never traps, and calls valid what Foundation calls valid", .timeLimit(.minutes(10)), arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithFoundation(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var validCount = 0
        var comparedCount = 0
        for _ in 0..<5000 {
            let bytes = Self.mutated(using: &generator)
            let outcome = Result { () throws(JSONParser.Failure) in try JSONParser.parse(bytes) }
            guard !Self.isKnownDifference(bytes, outcome) else { continue }
            let isValid = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            #expect(((try? outcome.get()) != nil) == isValid, "\(String(decoding: bytes, as: UTF8.self)) \(bytes)")
            comparedCount += 1
            if isValid { validCount += 1 }
        }
        // Without a share of either kind the comparison would say nothing.
        #expect(comparedCount > 4000)
        #expect(validCount > 300 && validCount < comparedCount - 300)
    }

    @Test("never traps on bytes that are no document at all", .timeLimit(.minutes(10)))
    func noise() {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            let isValid = (try? JSONParser.parse(bytes)) != nil
            // Only a document that is nothing but a digit can come about like this.
            #expect(!isValid || bytes.count < 6, "\(bytes)")
        }
    }

    @Test("never traps on a document that is cut off anywhere", arguments: 0..<4)
    func truncation(index: Int) throws {
        let bytes = Self.seeds[index]
        _ = try JSONParser.parse(bytes)
        let end = try #require(bytes.lastIndex { $0 == UInt8(ascii: "}") || $0 == UInt8(ascii: "]") })
        for length in 0...end {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(bytes.prefix(length))) }
        }
    }
}

extension JSONValue {
    /// Whether a number of the document is beyond what a Double holds.
    fileprivate var holdsUnrepresentableNumber: Bool {
        switch self {
        case .null, .bool, .string: false
        case .number(let text): Double(text)?.isFinite != true
        case .array(let elements): elements.contains(where: \.holdsUnrepresentableNumber)
        case .object(let members): members.values.contains(where: \.holdsUnrepresentableNumber)
        }
    }
}
