import Foundation
import Testing

/// Random numbers that are the same in every run (SplitMix64), so that a failure can be had again.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`.
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Returns true once in `count` times.
    mutating func once(in count: Int) -> Bool { below(count) == 0 }

    /// Returns one of the elements.
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// A history that a generator made. A step that cannot be made is skipped, so that every part of a history is a history.
protocol GeneratedHistory: Sendable {
    associatedtype Step: Sendable

    var steps: [Step] { get set }

    init(random: inout SplitMix64)

    /// The history in words, one line a step.
    var words: [String] { get }
}

/// How many histories each property is held to: `LIFECYCLE_HISTORIES`, or 2,000.
let historyCount = ProcessInfo.processInfo.environment["LIFECYCLE_HISTORIES"].flatMap(Int.init) ?? 2000

/// The first seed: `LIFECYCLE_SEED`, or one that never changes. The history with the number n has the seed plus n.
let firstSeed = ProcessInfo.processInfo.environment["LIFECYCLE_SEED"].flatMap(UInt64.init) ?? 21_000_000

/// Returns the seed of the first of `count` histories that breaks a property; nil where none does.
func firstViolation<History: GeneratedHistory>(
    of history: History.Type, among count: Int = historyCount, violation: (History) -> String?
) -> UInt64? {
    for number in 0..<UInt64(count) {
        var random = SplitMix64(seed: firstSeed &+ number)
        if violation(History(random: &random)) != nil { return firstSeed &+ number }
    }
    return nil
}

/// Holds a property over generated histories. The first history that breaks it is shrunk and recorded in words, with its seed.
func hold<History: GeneratedHistory>(
    _ history: History.Type, sourceLocation: SourceLocation = #_sourceLocation, violation: (History) -> String?
) {
    guard let seed = firstViolation(of: history, violation: violation) else { return }
    var random = SplitMix64(seed: seed)
    let found = History(random: &random)
    let shrunk = shrink(found) { violation($0) != nil }
    let lines = shrunk.words.enumerated().map { "  \($0.offset + 1). \($0.element)" }
    Issue.record(
        """
        \(violation(shrunk) ?? "")
        \(lines.joined(separator: "\n"))
        Again: LIFECYCLE_SEED=\(seed) LIFECYCLE_HISTORIES=1, \(found.steps.count) steps before they were shrunk
        """, sourceLocation: sourceLocation)
}

/// Returns the history without the steps that its failure does not need: drops chunks first, then single steps.
func shrink<History: GeneratedHistory>(_ history: History, fails: (History) -> Bool) -> History {
    var shortest = history
    var size = max(1, history.steps.count / 2)
    while true {
        var start = 0
        var hasShrunk = false
        while start < shortest.steps.count {
            var shorter = shortest
            shorter.steps.removeSubrange(start..<min(start + size, shorter.steps.count))
            if fails(shorter) {
                shortest = shorter
                hasShrunk = true
            } else {
                start += size
            }
        }
        if size == 1 && !hasShrunk { return shortest }
        size = max(1, size / 2)
    }
}
