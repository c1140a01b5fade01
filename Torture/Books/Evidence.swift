/// All that is known of a run once its faults have stopped.
package struct Evidence: Sendable {
    /// The gateway's database. It is only read; the gateway may be running.
    package var databasePath: String
    /// The mock provider's journal; one that was never written to may be missing.
    package var journalPath: String
    /// The provider's name in providers.yaml: other providers' lines and transactions are left out.
    package var provider: String
    /// What clients were told, in the order in which they were told it.
    package var told: [Told]
    /// The ids of all REST requests that were sent, answered or not. Nil: not known.
    package var sentRequestIDs: Set<String>?
    /// Texts that the gateway has logged.
    package var logs: [String]
    /// API keys, webhook secrets and tokens.
    package var secrets: [String]
    /// What may look wrong.
    package var expected: ExpectedTrouble

    /// What is known of a run.
    package init(
        databasePath: String, journalPath: String, provider: String = "mock", told: [Told] = [],
        sentRequestIDs: Set<String>? = nil,
        logs: [String] = [], secrets: [String] = [], expected: ExpectedTrouble = ExpectedTrouble()
    ) {
        self.databasePath = databasePath
        self.journalPath = journalPath
        self.provider = provider
        self.told = told
        self.sentRequestIDs = sentRequestIDs
        self.logs = logs
        self.secrets = secrets
        self.expected = expected
    }
}

/// What a run meant to happen, though it would be wrong in any other.
package struct ExpectedTrouble: Sendable, Hashable {
    /// Transactions that may wait for a person, with their operations; their books are not compared with the provider's.
    package var reviewedTransactions: Set<Int64>
    /// Transactions of which the provider answered a refund with the id of none.
    package var misnamedRefunds: Set<Int64>
    /// Provider's events that may contradict the books.
    package var contradictedEvents: Set<String>
    /// Provider's events that may still wait, such as those about an object that is not this gateway's.
    package var waitingEvents: Set<String>
    /// Provider's keys of effects that somebody else than this gateway asked for.
    package var foreignKeys: Set<String>
    /// Refunds that somebody made at the provider by hand.
    package var foreignRefunds: Set<String>
    /// Whether the clock was put forward so far that idempotency keys may be forgotten.
    package var keysMayBePurged: Bool

    /// Nothing is expected unless it is named.
    package init(
        reviewedTransactions: Set<Int64> = [], misnamedRefunds: Set<Int64> = [], contradictedEvents: Set<String> = [],
        waitingEvents: Set<String> = [],
        foreignKeys: Set<String> = [], foreignRefunds: Set<String> = [], keysMayBePurged: Bool = false
    ) {
        self.reviewedTransactions = reviewedTransactions
        self.misnamedRefunds = misnamedRefunds
        self.contradictedEvents = contradictedEvents
        self.waitingEvents = waitingEvents
        self.foreignKeys = foreignKeys
        self.foreignRefunds = foreignRefunds
        self.keysMayBePurged = keysMayBePurged
    }
}
