public import ProviderAPI
import Synchronization

/// Random numbers that are the same for the same seed (SplitMix64).
public final class SeededRandom: ProviderRandom {
    private let state: Mutex<UInt64>

    /// A sequence that `seed` decides.
    public init(seed: UInt64 = 1) {
        state = Mutex(seed)
    }

    /// The next number of the sequence.
    public func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
