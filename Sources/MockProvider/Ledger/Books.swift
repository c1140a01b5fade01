import Foundation
import ProviderAPI

/// The journal and what is known of it: where each object's latest line is, and not the objects, so that a million payments
/// take some hundred megabytes less.
///
/// Other processes append to the same file. What they wrote is taken in before every look and every change; see ``Ledger``.
struct Books: Sendable {
    /// The account: the provider's name in providers.yaml. Lines of other accounts only count up the numbers.
    let account: String
    let ids: ObjectIDs
    let postsWebhooks: Bool
    let outbox: Outbox
    let log: any ProviderLog

    private(set) var file: JournalFile
    /// What is remembered beside the effects.
    var notes: Notes
    /// How much of the file has been taken in.
    private(set) var size: Int64 = 0
    private(set) var lastIntent = 0
    private(set) var lastRefund = 0
    private(set) var timetable = Timetable()

    private(set) var intents: [Int: JournalSlice] = [:]
    private(set) var recent = RecentIntents()
    private(set) var refunds: [Int: JournalSlice] = [:]
    private(set) var refundsByIntent: [Int: [Int]] = [:]
    /// The intents of each test.
    private(set) var intentsByTest: [String: [Int]] = [:]
    /// The intents by the hash of the operation that created them; the intent itself tells whether it is the one.
    private(set) var intentsByOperation: [Int: Int] = [:]
    private(set) var keys = KeyMemory()
    /// The lines with events, and how many each has.
    private(set) var eventful: [(time: Timestamp, slice: JournalSlice, events: UInt8)] = []

    /// Where a line came from, which decides whether its events are posted.
    private enum Source {
        /// It was there at load: those that have not been delivered are posted.
        case load(Undelivered)
        /// Another process wrote it and posts its events.
        case others
        /// This process is writing it.
        case own
    }

    /// Opens the journal; ``load(_:at:)`` reads it.
    init(
        path: String, account: String, ids: ObjectIDs, postsWebhooks: Bool, outbox: Outbox, log: any ProviderLog
    ) throws(ProviderError) {
        self.account = account
        self.ids = ids
        self.postsWebhooks = postsWebhooks
        self.outbox = outbox
        self.log = log
        file = try JournalFile(path: path)
        notes = try Notes(besideJournal: path, account: account)
    }
}

// MARK: - Taking lines in

extension Books {
    /// Reads the whole journal, and queues the events for posting that were not delivered.
    mutating func load(_ deliveries: DeliveryLog, at now: Timestamp) throws(ProviderError) {
        try file.lock()
        defer { file.unlock() }
        if try file.status().size == 0 { try deliveries.clear() }
        if file.isNew { try notes.clear() }
        try catchUpNotes(isLocked: true)
        try takeIn(from: .load(Undelivered(allBut: deliveries.deliveredIDs(), at: now)), isLocked: true)
    }

    /// Takes in what other processes have written.
    mutating func catchUp() throws(ProviderError) {
        let status = try file.status()
        if status.isDeleted || status.size < size { try startOver() }
        try catchUpNotes(isLocked: false)
        try takeIn(from: .others, isLocked: false)
    }

    /// Runs `body` while no other process writes, knowing all that they wrote.
    mutating func exclusively<Result: Sendable>(
        _ body: (inout Books) throws(ProviderError) -> Result
    ) throws(ProviderError) -> Result {
        try catchUp()
        let file = file
        try file.lock()
        defer { file.unlock() }
        try catchUpNotes(isLocked: true)
        try takeIn(from: .others, isLocked: true)
        return try body(&self)
    }

    private mutating func catchUpNotes(isLocked: Bool) throws(ProviderError) {
        let before = (resets: notes.resets, testResets: notes.testResets, testAdvances: notes.testAdvances)
        try notes.catchUp(isLocked: isLocked)
        if notes.resets != before.resets { forget() }
        if notes.testResets != before.testResets {
            // Another process has reset a test: the journal is read again without it. None of the events is posted twice.
            size = 0
            forgetObjects()
        } else if notes.testAdvances != before.testAdvances {
            moveAppointments()
        }
    }

    private mutating func takeIn(from source: Source, isLocked: Bool) throws(ProviderError) {
        let end = try file.status().size
        while size < end {
            let bytes = try file.read(from: size, count: Int(min(end - size, Self.readSize)))
            guard let lastNewline = bytes.lastIndex(of: UInt8(ascii: "\n")) else {
                // Without the lock another process may be in the middle of its write.
                if isLocked { try dropTornLine(end) }
                return
            }
            try takeIn(lines: bytes[...lastNewline], from: source)
        }
    }

    private mutating func takeIn(lines bytes: ArraySlice<UInt8>, from source: Source) throws(ProviderError) {
        let start = size
        for line in bytes.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let offset = start + Int64(line.startIndex - bytes.startIndex)
            if !line.isEmpty {
                let slice = JournalSlice(offset: offset, length: Int32(line.count))
                apply(try Self.decode(line, at: slice, in: file), at: slice, from: source)
            }
            size = offset + Int64(line.count) + 1
        }
    }

    /// A line without an end was never answered for: a power cut or a full disk took the rest.
    private mutating func dropTornLine(_ end: Int64) throws(ProviderError) {
        guard end - size < Self.readSize else { throw Self.unreadable(file.path, at: size, "a line has no end") }
        log.write(
            .warning, "The last line of the mock's journal is torn; it is cut off.",
            fields: ["path": file.path, "offset": String(size), "bytes": String(end - size)]
        )
        try file.truncate(to: size)
    }

    /// The file was deleted or cut under our hands: what was in it is gone, but its numbers are not given out again.
    private mutating func startOver() throws(ProviderError) {
        log.write(.warning, "The mock's journal was deleted or cut short; it starts over.", fields: ["path": file.path])
        file = try JournalFile(path: file.path)
        size = 0
        forgetObjects()
    }

    private mutating func forgetObjects() {
        timetable = Timetable()
        intents = [:]
        recent = RecentIntents()
        refunds = [:]
        refundsByIntent = [:]
        intentsByTest = [:]
        intentsByOperation = [:]
        keys = KeyMemory()
        eventful = []
    }

    private static let readSize: Int64 = 4 << 20

    /// The line there, decoded, for those who keep the file and not the books.
    static func entry(at slice: JournalSlice, in file: JournalFile) throws(ProviderError) -> JournalEntry {
        try decode(file.read(from: slice.offset, count: Int(slice.length)), at: slice, in: file)
    }

    private static func decode(
        _ line: some Sequence<UInt8>, at slice: JournalSlice, in file: JournalFile
    ) throws(ProviderError) -> JournalEntry {
        do {
            return try JSONDecoder().decode(JournalEntry.self, from: Data(line))
        } catch {
            throw unreadable(file.path, at: slice.offset, "the line there is no entry of the mock's")
        }
    }

    private static func unreadable(_ path: String, at offset: Int64, _ why: String) -> ProviderError {
        .notSent(
            CallFailure("the journal \(path) cannot be read at byte \(offset): \(why); move the file away to start a new one"))
    }
}

// MARK: - Applying and appending

extension Books {
    /// Writes a change down, and with that it has happened. Only within ``exclusively(_:)``.
    mutating func append(
        _ change: Change, at now: Moment, key: String? = nil, fingerprint: String? = nil, in scenario: Scenario? = nil
    ) throws(ProviderError) -> JournalEntry {
        var intent = change.intent
        var events: [EventRecord] = []
        for type in change.events {
            intent.eventCount += 1
            events.append(EventRecord(id: ids.id(.event, intent.number, ordinal: intent.eventCount), type: type))
        }
        let webhooks = postsWebhooks ? scenario?.webhooks ?? WebhookTreatment() : WebhookTreatment(isDropped: true)
        let entry = JournalEntry(
            time: now.wall, clock: now.clock, effect: change.effect, idempotencyKey: key, fingerprint: fingerprint,
            isAnsweredWithError: scenario?.fault == .error500AfterEffect, object: change.object, amount: change.amount,
            provider: account, webhooks: webhooks, intent: intent, refund: change.refund, events: events
        )
        let line = entry.line
        try file.append(line, at: size)
        let slice = JournalSlice(offset: size, length: Int32(line.count - 1))
        size += Int64(line.count)
        apply(entry, at: slice, from: .own)
        return entry
    }

    private mutating func apply(_ entry: JournalEntry, at slice: JournalSlice, from source: Source) {
        let intent = entry.intent
        lastIntent = max(lastIntent, intent.number)
        lastRefund = max(lastRefund, entry.refund?.number ?? 0)
        guard entry.provider.isIdentical(to: account), remembers(entry) else { return }

        if intents.updateValue(slice, forKey: intent.number) == nil, let testID = intent.testID {
            intentsByTest[testID, default: []].append(intent.number)
        }
        recent.insert(intent)
        if entry.effect == .create, let operation = intent.metadata[OperationIdentity.metadataKey] {
            intentsByOperation[operation.hashOfBytes] = intent.number
        }
        if let refund = entry.refund, refunds.updateValue(slice, forKey: refund.number) == nil {
            refundsByIntent[intent.number, default: []].append(refund.number)
        }
        if let key = entry.idempotencyKey { keys.remember(key, used: entry.time, in: slice) }
        schedule(entry)
        if !entry.events.isEmpty { eventful.append((entry.time, slice, UInt8(clamping: entry.events.count))) }
        post(entry, at: slice, from: source)
    }

    /// Crosses out what comes first in the timetable.
    mutating func removeFirstAppointment() {
        timetable.removeFirst()
    }

    private mutating func schedule(_ entry: JournalEntry) {
        let testID = entry.intent.testID
        let ahead = notes.ahead(of: testID)
        if let step = entry.intent.next {
            timetable.add(
                .intent(entry.intent.number), of: testID, due: Timestamp(unixMilliseconds: step.due), ahead: ahead)
        }
        if let refund = entry.refund, let step = refund.next {
            timetable.add(.refund(refund.number), of: testID, due: Timestamp(unixMilliseconds: step.due), ahead: ahead)
        }
    }

    /// Brings the timetable to what the tests' clocks say now.
    mutating func moveAppointments() {
        let notes = notes
        timetable.move { notes.ahead(of: $0) }
    }

    private func post(_ entry: JournalEntry, at slice: JournalSlice, from source: Source) {
        guard postsWebhooks, !entry.webhooks.isDropped else { return }
        let delay = entry.webhooks.delay
        let due = delay > .zero ? entry.time.advanced(by: delay) : nil
        for (index, event) in entry.events.enumerated() {
            switch source {
            case .own: break
            case .others: continue
            case .load(let undelivered): guard undelivered.contains(event.id, madeAt: entry.time) else { continue }
            }
            let posting = Posting(slice: slice, event: index, lane: entry.intent.number, due: due)
            outbox.push(posting, of: entry.intent.testID, isHeldBack: entry.webhooks.isReordered)
        }
    }
}

// MARK: - Resetting

extension Books {
    /// Forgets all that the account has done, and how far its clock is ahead. Its effects stay in the journal, and their numbers
    /// are not given out again. Only within ``exclusively(_:)``.
    mutating func reset(at now: Timestamp) throws(ProviderError) {
        try notes.forget(Notes.Forgotten(intents: lastIntent, refunds: lastRefund), at: now)
        forget()
    }

    /// Forgets the payments of a test, and how far its clock is ahead. Only within ``exclusively(_:)``.
    mutating func reset(test testID: String, at now: Timestamp) throws(ProviderError) {
        try notes.forget(test: testID, Notes.Forgotten(intents: lastIntent, refunds: lastRefund), at: now)
        for number in intentsByTest.removeValue(forKey: testID) ?? [] {
            intents[number] = nil
            recent.remove(number)
            for refund in refundsByIntent.removeValue(forKey: number) ?? [] { refunds[refund] = nil }
        }
        timetable.removeAll(of: testID)
    }

    /// Whether no reset has forgotten it.
    func remembers(_ entry: JournalEntry) -> Bool { notes.remembers(entry) }

    /// The intents and refunds that are remembered, of one test where it is given.
    func counts(of testID: String?) -> (intents: Int, refunds: Int) {
        guard let testID else { return (intents.count, refunds.count) }
        let numbers = intentsByTest[testID] ?? []
        return (numbers.count, numbers.reduce(0) { $0 + (refundsByIntent[$1]?.count ?? 0) })
    }

    private mutating func forget() {
        lastIntent = max(lastIntent, notes.forgotten.intents)
        lastRefund = max(lastRefund, notes.forgotten.refunds)
        // Another process has reset, and lines of after that may be taken in already: the journal is read anew.
        if intents.keys.contains(where: { $0 > notes.forgotten.intents }) { size = 0 }
        forgetObjects()
    }
}
