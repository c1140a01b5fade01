import ProviderAPI

/// The system's random numbers, as handed to providers.
struct HostRandom: ProviderRandom {
    /// 64 random bits.
    func next() -> UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }
}
