/// How long the books keep data that payments no longer need.
package struct RetentionPolicy: Sendable, Hashable {
    /// An idempotency key with its answer, from the completion of its request.
    package var idempotencyKeys = Duration.hours(24)
    /// The body of a webhook that has ended, from its arrival. Also the client secret in its event.
    package var webhookBodies = Duration.days(90)
    /// A webhook that has ended, from its arrival: afterwards the same event counts as new.
    package var webhookEvents = Duration.days(400)
    /// The client secret of a payment that is paid, refunded or canceled, from its last change.
    package var clientSecrets = Duration.days(7)

    /// The defaults.
    package init() {}
}

extension Duration {
    /// Hours of 60 minutes.
    package static func hours(_ hours: Int64) -> Duration { .seconds(hours * 3600) }

    /// Days of 24 hours.
    package static func days(_ days: Int64) -> Duration { .hours(days * 24) }
}
