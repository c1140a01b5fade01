/// The splitmix64 generator (Steele, Lea, Flood 2014): small, and the same numbers on every machine from one seed.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that starts at `seed`.
    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        return bits ^ (bits >> 31)
    }
}

extension SplitMix64 {
    /// A generator of its own for the part of that name: what another part draws does not change what this one does.
    init(seed: UInt64, for part: String) {
        // FNV-1a, because Swift's hashes differ between processes.
        let hash = part.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        self.init(seed: seed ^ hash)
    }

    /// A generator of its own for a part that runs at the same time.
    mutating func fork() -> SplitMix64 {
        SplitMix64(seed: next())
    }

    /// True once in `count` times on average.
    mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self) == 0
    }

    /// A whole number of milliseconds.
    mutating func milliseconds(in range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &self))
    }
}
