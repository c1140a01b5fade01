import GRDB

/// All migrations in their order. A new one comes at the end, in a file of its own.
enum GatewayMigrator {
    /// - Parameter installation: makes the random id of a database that has none yet.
    static func make(installation: @escaping @Sendable () -> String) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        // Immediate: the first migration adds tables only, so foreign keys can stay enforced while it runs.
        migrator.registerMigration(Migration0001InitialSchema.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0001InitialSchema.migrate(database, installation: installation())
        }
        return migrator
    }
}
