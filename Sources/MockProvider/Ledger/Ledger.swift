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
    ///   - testID: the test that the request belongs to.
    ///   - scenario: may have a 500 stored under the key, in place of the effect or as its answer, and treats the events.
    ///   - decide: checks the request against the books and says what is to change; it throws a refusal.
    /// - Throws: ``ProviderError/unknown(_:)`` where the key was used with other parameters, as the contract has it, and where
    ///   a 500 without an effect is stored under it.
    func change(
        _ name: String, _ request: some Fingerprinted, as operation: OperationIdentity, in scenario: Scenario?,
        ofTest testID: (Books) throws(ProviderError) -> String?,
        decide: (Books, Timestamp) throws(ProviderError) -> Change
    ) throws(ProviderError) -> JournalEntry {
        let fingerprint = Fingerprint.of(name, request, as: operation)
        let entry = try exclusively { books, now throws(ProviderError) -> JournalEntry in
            if let entry = try books.entry(under: operation.idempotencyKey, at: now.wall) {
                guard entry.fingerprint == fingerprint else { throw Self.keyReused }
                return entry
            }
            if let stored = books.notes.fingerprint(under: operation.idempotencyKey, at: now.wall) {
                throw stored == fingerprint ? .serverError : Self.keyReused
            }
            if scenario?.fault == .error500BeforeEffect {
                try books.notes.store(
                    under: operation.idempotencyKey, fingerprint: fingerprint, of: try testID(books), at: now.wall)
                throw .serverError
            }
            let now = now.ahead(by: books.notes.hasTestClocks ? books.notes.ahead(of: try testID(books)) : .zero)
            let change = try decide(books, now.clock)
            return try books.append(change, at: now, key: operation.idempotencyKey, fingerprint: fingerprint, in: scenario)
        }
        if entry.hasConsequences { timetableChanged.ring() }
        return entry
    }

    /// Makes a change that no call asked for: on a page of the mock's, or by a command.
    ///
    /// - Parameter testID: the test that the payment belongs to.
    func change(
        ofTest testID: (Books) throws(ProviderError) -> String?,
        decide: (Books, Timestamp) throws(ProviderError) -> Change
    ) throws(ProviderError) -> JournalEntry {
        let entry = try exclusively { books, now throws(ProviderError) in
            let now = now.ahead(by: books.notes.ahead(of: try testID(books)))
            return try books.append(try decide(books, now.clock), at: now)
        }
        if entry.hasConsequences { timetableChanged.ring() }
        return entry
    }

    /// Puts the clock of the account or of one test forward.
    ///
    /// - Returns: what time it is by it then, and what has happened by itself on the way.
    func advance(
        _ testID: String?, by duration: Duration
    ) throws(ProviderError) -> (now: Moment, entries: [JournalEntry]) {
        let result = try exclusively { books, now throws(ProviderError) -> (Moment, [JournalEntry]) in
            try books.notes.advance(testID, byMilliseconds: Int64(duration / .milliseconds(1)), at: now.wall)
            if testID != nil { books.moveAppointments() }
            let then = self.moment(in: books)
            return (then.ahead(by: books.notes.ahead(of: testID)), try books.settleDue(at: then))
        }
        timetableChanged.ring()
        return result
    }

    /// Forgets what the account or one test has done; see ``Books/reset(at:)`` and ``Books/reset(test:at:)``.
    ///
    /// - Returns: how many intents and refunds that were.
    func reset(_ testID: String?) throws(ProviderError) -> (intents: Int, refunds: Int) {
        try exclusively { books, now throws(ProviderError) in
            let counts = books.counts(of: testID)
            if let testID {
                try books.reset(test: testID, at: now.wall)
            } else {
                try books.reset(at: now.wall)
            }
            return counts
        }
    }

    /// Looks something up as it is now.
    func look<Result: Sendable>(_ body: (Books) throws(ProviderError) -> Result) throws(ProviderError) -> Result {
        try books.withLock { books throws(ProviderError) -> Result in
            try books.catchUp()
            if let due = books.timetable.next, due <= moment(in: books).clock {
                try books.exclusively { books throws(ProviderError) in _ = try books.settleDue(at: moment(in: books)) }
            }
            return try body(books)
        }
    }

    /// When the next thing will happen by itself, by the host's clock; nil where nothing will. What is due by now has happened.
    func nextDue() throws(ProviderError) -> Timestamp? {
        try look { books throws(ProviderError) in books.timetable.next?.advanced(by: .zero - books.notes.ahead) }
    }

    /// A line that is still remembered, read and decoded outside the lock: posting events must not hold up payments.
    ///
    /// - Returns: nil where a reset has forgotten it.
    func entry(at slice: JournalSlice) throws(ProviderError) -> JournalEntry? {
        let (file, notes) = books.withLock { ($0.file, $0.notes) }
        let entry = try Books.entry(at: slice, in: file)
        return notes.remembers(entry) ? entry : nil
    }

    /// Does something with the books while nobody else does, after all that was due by then has happened.
    private func exclusively<Result: Sendable>(
        _ body: (inout Books, Moment) throws(ProviderError) -> Result
    ) throws(ProviderError) -> Result {
        try books.withLock { books throws(ProviderError) -> Result in
            try books.exclusively { books throws(ProviderError) -> Result in
                let now = moment(in: books)
                try books.settleDue(at: now)
                return try body(&books, now)
            }
        }
    }

    private func moment(in books: Books) -> Moment {
        let wall = clock.now()
        return Moment(wall: wall, clock: wall.advanced(by: books.notes.ahead))
    }

    private static let keyReused = ProviderError.unknown(
        CallFailure("Keys for idempotent requests can only be used with the same parameters they were first used with.")
    )
}
