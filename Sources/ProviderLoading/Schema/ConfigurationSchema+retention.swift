import GatewayCore
import ProviderAPI

extension ConfigurationSchema {
    /// A key must outlive the retries of a client; docs/clients.md promises 24 hours.
    static let keyHours: ClosedRange<Int64> = 24...8_760
    static let retentionDays: ClosedRange<Int64> = 1...36_500
    /// Stripe lists events for 30 days: one that is listed again must still be known.
    static let eventDays: ClosedRange<Int64> = 35...36_500

    private static let defaults = RetentionPolicy()

    static let retention = ConfigurationSection(
        "retention",
        help:
            "How long the books keep data that payments no longer need. Orders, payments, refunds and their history stay; "
            + "`gateway erase` blanks a user's personal data in them.",
        [
            Setting(
                "idempotency_key_hours", .integer(in: keyHours),
                help: "An idempotency key with its answer, from the answer on."
            ).defaulting(to: .integer(defaults.idempotencyKeys.components.seconds / 3600)),
            Setting(
                "webhook_body_days", .integer(in: retentionDays),
                help:
                    "The body of a webhook that has ended, from its arrival. `gateway webhooks replay` then uses what was read of it."
            ).defaulting(to: .integer(defaults.webhookBodies.components.seconds / 86_400)),
            Setting(
                "webhook_event_days", .integer(in: eventDays),
                help: "A webhook that has ended, from its arrival. The same event counts as new afterwards."
            ).defaulting(to: .integer(defaults.webhookEvents.components.seconds / 86_400)),
            Setting(
                "client_secret_days", .integer(in: retentionDays),
                help: "The client secret of a payment that is paid, refunded or canceled, from its last change."
            ).defaulting(to: .integer(defaults.clientSecrets.components.seconds / 86_400)),
        ])
}
