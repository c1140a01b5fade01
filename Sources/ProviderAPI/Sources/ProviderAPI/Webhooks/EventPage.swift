/// A page of a provider's list of events.
public struct EventPage: Sendable, Hashable {
    /// The events, in any order.
    public var events: [WebhookEvent]
    /// Where the next page begins, in the provider's own form; nil on the last page.
    public var nextCursor: String?
    /// The provider's clock when it answered, such as the `Date` of its answer; nil where it is not known.
    ///
    /// The gateway measures by it how far it has read: its own clock may be wrong.
    public var now: Timestamp?

    /// A page.
    public init(events: [WebhookEvent], nextCursor: String? = nil, now: Timestamp? = nil) {
        self.events = events
        self.nextCursor = nextCursor
        self.now = now
    }
}
