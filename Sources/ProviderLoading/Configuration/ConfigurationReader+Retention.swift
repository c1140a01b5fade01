import GatewayCore

extension ConfigurationReader {
    /// `retention`.
    mutating func retention(_ node: ConfigurationNode?) -> RetentionPolicy {
        let section = reader.section(node, as: ConfigurationSchema.retention)
        var policy = RetentionPolicy()
        if let hours = reader.integer(section?["idempotency_key_hours"], in: ConfigurationSchema.keyHours) {
            policy.idempotencyKeys = .hours(hours)
        }
        if let days = reader.integer(section?["webhook_body_days"], in: ConfigurationSchema.retentionDays) {
            policy.webhookBodies = .days(days)
        }
        if let days = reader.integer(section?["webhook_event_days"], in: ConfigurationSchema.eventDays) {
            policy.webhookEvents = .days(days)
        }
        if let days = reader.integer(section?["client_secret_days"], in: ConfigurationSchema.retentionDays) {
            policy.clientSecrets = .days(days)
        }
        return policy
    }
}
