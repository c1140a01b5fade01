/// A walk through a profile's worlds: at each step one of the possible moves, the same ones for the same seed.
package struct RandomWalk {
    /// Where the walk is.
    package private(set) var world: World
    private var generator: SplitMix

    /// A walk that begins before anything has happened.
    package init(_ profile: Profile, traits: Traits, seed: UInt64) {
        world = World(profile, traits: traits)
        generator = SplitMix(state: seed)
    }

    /// Makes a move.
    ///
    /// - Returns: the move; nil where none is possible.
    package mutating func step() -> Move? {
        var moves: [Move] = []
        world.moves(into: &moves)
        guard let move = moves.randomElement(using: &generator) else { return nil }
        world.apply(move)
        return move
    }
}

/// Random numbers that are the same for the same seed (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed &>> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed &>> 31)
    }
}
