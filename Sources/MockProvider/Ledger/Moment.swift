import ProviderAPI

/// A point in time on both of the mock's clocks.
struct Moment: Sendable {
    /// The host's clock: idempotency keys, events and signatures go by it.
    let wall: Timestamp
    /// The account's clock, which testers put forward: objects go by it.
    let clock: Timestamp
}
