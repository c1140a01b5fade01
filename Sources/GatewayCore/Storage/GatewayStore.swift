/// Where the books are kept. The core decides; the store remembers, and its constraints refuse what must never be true.
package protocol GatewayStore: Sendable {
    /// The random id that this database was given when it was made. It is part of every key at a provider.
    var installation: String { get }

    /// Runs `work` on a consistent snapshot. It never waits for a writer.
    ///
    /// - Throws: what `work` throws, or ``StoreError``.
    func read<Value: Sendable>(_ work: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value

    /// Runs `work` in one transaction: all of it is on disk when this returns, none of it when this throws.
    /// There is one writer at a time.
    ///
    /// `work` may be run once more, after all that the first time wrote has been undone: it must do nothing but read and write here.
    ///
    /// - Throws: what `work` throws, or ``StoreError``.
    func write<Value: Sendable>(
        in turn: WriteTurn, _ work: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value
}

/// Why the store could not do its part. What `work` decided is never one of these.
package enum StoreError: Error, Sendable, Hashable {
    /// Nothing was written, and trying again may help: the database is busy, or the disk is full.
    case unavailable(String)
    /// A constraint refused it: nothing was written.
    case constraint(String)
    /// Whether it was written is not known: an I/O error at the commit. The process must end and recover at its start.
    case inDoubt(String)
}
