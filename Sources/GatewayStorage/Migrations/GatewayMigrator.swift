import GRDB

/// All migrations in their order. A new one comes at the end, in a file of its own.
enum GatewayMigrator {
    /// - Parameter installation: makes the random id of a database that has none yet.
    static func make(installation: @escaping @Sendable () -> String) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        // Immediate: no row is lost or moved, so foreign keys can stay enforced meanwhile.
        migrator.registerMigration(Migration0001InitialSchema.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0001InitialSchema.migrate(database, installation: installation())
        }
        migrator.registerMigration(Migration0002Recovery.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0002Recovery.migrate(database)
        }
        migrator.registerMigration(Migration0003Pages.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0003Pages.migrate(database)
        }
        migrator.registerMigration(Migration0004Comparisons.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0004Comparisons.migrate(database)
        }
        migrator.registerMigration(Migration0005Lists.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0005Lists.migrate(database)
        }
        migrator.registerMigration(Migration0006Retention.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0006Retention.migrate(database)
        }
        migrator.registerMigration(Migration0007Erasure.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0007Erasure.migrate(database)
        }
        migrator.registerMigration(Migration0008Identity.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0008Identity.migrate(database)
        }
        migrator.registerMigration(Migration0009HistoryChain.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0009HistoryChain.migrate(database)
        }
        migrator.registerMigration(Migration0010OpenOperations.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0010OpenOperations.migrate(database)
        }
        migrator.registerMigration(Migration0011EventPages.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0011EventPages.migrate(database)
        }
        migrator.registerMigration(Migration0012PendingRefunds.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0012PendingRefunds.migrate(database)
        }
        migrator.registerMigration(Migration0013Lifecycle.identifier, foreignKeyChecks: .immediate) { database in
            try Migration0013Lifecycle.migrate(database)
        }
        return migrator
    }
}
