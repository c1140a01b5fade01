import ProviderAPI
import Synchronization

/// The mock's books, for calls that come at once from many tasks and, through the journal, from several processes.
///
/// A change is decided and written within two locks: this process's, and the journal file's against other processes.
/// Both are held for some microseconds and never across an `await`.
final class Ledger: Sendable {
    private let books: Mutex<Books>
    private let clock: any ProviderClock
    /// Rings when something was put into the timetable.
    let timetableChanged = Doorbell()

    /// Books that ``Books/load(_:at:)`` has filled.
    init(_ books: Books, clock: any ProviderClock) {
        self.books = Mutex(books)
        self.clock = clock
    }

    /// Makes a change once per idempotency key: a repeat is answered from the journal, and adds no line.
    ///
    /// - Parameters:
    ///   - scenario: may have a 500 stored under the key, in place of the effect or as its answer, and treats the events.
    ///   - decide: checks the request against the books and says what is to change; it throws a refusal.
    /// - Throws: ``ProviderError/unknown(_:)`` where the key was used with other parameters, as the contract has it, and where
    ///   a 500 without an effect is stored under it.
    func change(
        _ name: String, _ request: some Encodable, as operation: OperationIdentity, in scenario: Scenario?,
        decide: (Books, Timestamp) throws(ProviderError) -> Change
    ) throws(ProviderError) -> JournalEntry {
        let fingerprint = try Fingerprint.of(name, request, as: operation)
        let now = clock.now()
        let entry = try books.withLock { books throws(ProviderError) -> JournalEntry in
            try books.exclusively { books throws(ProviderError) -> JournalEntry in
                try books.settleDue(at: now)
                if let entry = try books.entry(under: operation.idempotencyKey, at: now) {
                    guard entry.fingerprint == fingerprint else { throw Self.keyReused }
                    return entry
                }
                if let stored = books.errors.fingerprint(under: operation.idempotencyKey, at: now) {
                    throw stored == fingerprint ? .serverError : Self.keyReused
                }
                if scenario?.fault == .error500BeforeEffect {
                    try books.errors.store(under: operation.idempotencyKey, fingerprint: fingerprint, at: now)
                    throw .serverError
                }
                let change = try decide(books, now)
                return try books.append(
                    change, at: now, key: operation.idempotencyKey, fingerprint: fingerprint, in: scenario)
            }
        }
        if entry.hasConsequences { timetableChanged.ring() }
        return entry
    }

    /// Makes a change that no call asked for: on a page of the mock's.
    func change(decide: (Books, Timestamp) throws(ProviderError) -> Change) throws(ProviderError) -> JournalEntry {
        let now = clock.now()
        let entry = try books.withLock { books throws(ProviderError) -> JournalEntry in
            try books.exclusively { books throws(ProviderError) -> JournalEntry in
                try books.settleDue(at: now)
                return try books.append(try decide(books, now), at: now)
            }
        }
        if entry.hasConsequences { timetableChanged.ring() }
        return entry
    }

    /// Looks something up as it is now.
    func look<Result: Sendable>(_ body: (Books) throws(ProviderError) -> Result) throws(ProviderError) -> Result {
        let now = clock.now()
        return try books.withLock { books throws(ProviderError) -> Result in
            try books.catchUp()
            if let due = books.timetable.next, due <= now {
                try books.exclusively { books throws(ProviderError) in try books.settleDue(at: now) }
            }
            return try body(books)
        }
    }

    /// A line, read and decoded outside the lock: posting and listing events must not hold up payments.
    func entry(at slice: JournalSlice) throws(ProviderError) -> JournalEntry {
        let file = books.withLock { $0.file }
        return try Books.entry(at: slice, in: file)
    }

    private static let keyReused = ProviderError.unknown(
        CallFailure("Keys for idempotent requests can only be used with the same parameters they were first used with.")
    )
}
