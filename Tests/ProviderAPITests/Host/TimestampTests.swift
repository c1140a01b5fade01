import Foundation
import ProviderAPI
import Testing

@Suite("A point in time")
struct TimestampTests {
    @Test(
        "rounds down to whole seconds, before 1970 too",
        arguments: [(0, 0), (999, 0), (1000, 1), (-1, -1), (-999, -1), (-1000, -1), (-1001, -2)] as [(Int64, Int64)]
    )
    func wholeSeconds(milliseconds: Int64, seconds: Int64) {
        #expect(Timestamp(unixMilliseconds: milliseconds).unixSeconds == seconds)
    }

    @Test("moves by durations to the millisecond, in both directions")
    func arithmetic() {
        let time = Timestamp(unixSeconds: 1000)
        #expect(time.advanced(by: .milliseconds(1500)) == Timestamp(unixMilliseconds: 1_001_500))
        #expect(time.advanced(by: .seconds(-1000.5)) == Timestamp(unixMilliseconds: -500))
        #expect(time.advanced(by: .microseconds(999)) == time)
        #expect(time.duration(since: time.advanced(by: .seconds(30))) == .seconds(-30))
        #expect(time < time.advanced(by: .milliseconds(1)))
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<500 {
            let other = Timestamp(unixMilliseconds: .random(in: -1_000_000_000_000...1_000_000_000_000, using: &generator))
            #expect(time.advanced(by: other.duration(since: time)) == other)
        }
    }

    @Test("survives every number a stranger may send", arguments: [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max])
    func extremes(number: Int64) {
        for time in [Timestamp(unixSeconds: number), Timestamp(unixMilliseconds: number)] {
            #expect(!time.rfc3339.isEmpty)
            #expect((time.unixSeconds < 0) == (time.unixMilliseconds < 0))
            for other in [Int64.min, 0, .max].map(Timestamp.init(unixMilliseconds:)) {
                #expect((time.duration(since: other) < .zero) == (time < other))
            }
            for duration in [
                Duration.seconds(Int64.min), .seconds(-1), .zero, .milliseconds(1), .seconds(1), .seconds(Int64.max),
            ] {
                let moved = time.advanced(by: duration)
                #expect(duration < .zero ? moved <= time : moved >= time)
            }
        }
    }

    @Test("stays at a bound where its seconds are beyond any calendar")
    func bound() {
        #expect(Timestamp(unixSeconds: .max) == Timestamp(unixSeconds: 8_640_000_000_000))
        #expect(Timestamp(unixSeconds: .min) == Timestamp(unixSeconds: -8_640_000_000_000))
        #expect(Timestamp(unixMilliseconds: .max - 5).advanced(by: .seconds(1)) == Timestamp(unixMilliseconds: .max))
        #expect(Timestamp(unixMilliseconds: .min + 5).advanced(by: .seconds(-1)) == Timestamp(unixMilliseconds: .min))
    }

    @Test("is kept as JSON")
    func codable() throws {
        let time = Timestamp(unixMilliseconds: -62_135_596_800_001)
        #expect(try JSONDecoder().decode(Timestamp.self, from: JSONEncoder().encode(time)) == time)
    }
}
