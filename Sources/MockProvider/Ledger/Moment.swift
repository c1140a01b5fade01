import ProviderAPI

/// A point in time on both of the mock's clocks.
struct Moment: Sendable {
    /// The host's clock: idempotency keys, events and signatures go by it.
    let wall: Timestamp
    /// The clock of the account or of a test, which testers put forward: objects go by it.
    let clock: Timestamp

    /// The same point in time for objects whose clock is ahead.
    func ahead(by duration: Duration) -> Moment {
        duration == .zero ? self : Moment(wall: wall, clock: clock.advanced(by: duration))
    }
}
