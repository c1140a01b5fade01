import Foundation
import ProviderAPI

/// What an account remembers beside its effects, in a file beside the journal, which holds nothing but effects: answers that
/// are stored under a key without one, how far its clock and those of tests are ahead, and what resets have forgotten.
///
/// Deriving the answers from the scenarios would not do: one that strikes the first call only, or that was taken out of the
/// settings since, has still left its answer under the key.
struct Notes: Sendable {
    /// The numbers of the newest objects that a reset has forgotten; those above are remembered.
    struct Forgotten: Sendable, Codable {
        var intents = 0
        var refunds = 0
    }

    /// A line of the file: one of the three.
    private struct Line: Codable {
        let time: String
        let provider: String
        var idempotencyKey: String?
        var request: String?
        var status: Int?
        var advanceMilliseconds: Int64?
        var forgotten: Forgotten?
        /// The test that the line is about; nil for the whole account.
        var testID: String?

        enum CodingKeys: String, CodingKey {
            case time, provider, request, status, forgotten
            case idempotencyKey = "idempotency_key"
            case advanceMilliseconds = "advance_ms"
            case testID = "test_id"
        }
    }

    private struct Use {
        let time: Timestamp
        let fingerprint: String
        let testID: String?
    }

    /// What is remembered of a test.
    private struct Test {
        /// How far its clock is ahead of the account's.
        var ahead: Duration = .zero
        /// What is forgotten of it.
        var forgotten = Forgotten()
    }

    private let account: String
    private var file: JournalFile
    /// How much of the file has been taken in.
    private var size: Int64 = 0
    private var uses: [[UInt8]: Use] = [:]
    /// How far the account's clock is ahead of the wall clock.
    private(set) var ahead: Duration = .zero
    /// What is forgotten.
    private(set) var forgotten = Forgotten()
    /// How often something was forgotten, to tell that it was.
    private(set) var resets = 0
    private var tests: [String: Test] = [:]
    /// How often a test was forgotten, to tell that one was.
    private(set) var testResets = 0
    /// How often the clock of a test was put forward, to tell that one was.
    private(set) var testAdvances = 0

    /// Opens the file beside the journal at this path; ``catchUp(isLocked:)`` reads it.
    init(besideJournal path: String, account: String) throws(ProviderError) {
        self.account = account
        file = try JournalFile(path: path + ".notes")
    }

    /// Takes in what was written since, by other processes too.
    ///
    /// - Parameter isLocked: whether the journal is locked, which is this file's lock too.
    mutating func catchUp(isLocked: Bool) throws(ProviderError) {
        let status = try file.status()
        if status.isDeleted || status.size < size {
            let path = file.path
            file = try JournalFile(path: path)
            size = 0
            uses = [:]
            ahead = .zero
            tests = tests.mapValues { Test(forgotten: $0.forgotten) }
            testAdvances += 1
        }
        let end = try file.status().size
        guard size < end else { return }
        let bytes = try file.read(from: size, count: Int(end - size))
        let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        for line in bytes[..<whole].split(separator: UInt8(ascii: "\n")) { try takeIn(line) }
        size += Int64(whole)
        // The lock says that nobody is still writing it: a power cut took the rest.
        if isLocked, size < end { try file.truncate(to: size) }
    }

    /// The fingerprint of the request under whose key a 500 is stored; nil where none is remembered.
    func fingerprint(under key: String, at now: Timestamp) -> String? {
        guard let use = uses[Array(key.utf8)], now.duration(since: use.time) < KeyMemory.span else { return nil }
        return use.fingerprint
    }

    /// How far the clock of a test is ahead of the account's; zero where there is no test.
    func ahead(of testID: String?) -> Duration {
        testID.flatMap { tests[$0]?.ahead } ?? .zero
    }

    /// Whether no reset has forgotten it.
    func remembers(_ entry: JournalEntry) -> Bool {
        let ofTest = entry.intent.testID.flatMap { tests[$0]?.forgotten.intents } ?? 0
        return entry.intent.number > max(forgotten.intents, ofTest)
    }

    /// Whether the clock of a test may be ahead: otherwise there is no need to know which test a request belongs to.
    var hasTestClocks: Bool { !tests.isEmpty }

    private mutating func takeIn(_ bytes: ArraySlice<UInt8>) throws(ProviderError) {
        guard let line = try? JSONDecoder().decode(Line.self, from: Data(bytes)), let time = Timestamp(rfc3339: line.time) else {
            throw .notSent(CallFailure("\(file.path) holds a line that is no note of the mock's; move the file away"))
        }
        if line.provider.isIdentical(to: account) { apply(line, at: time) }
    }

    private mutating func apply(_ line: Line, at time: Timestamp) {
        if let key = line.idempotencyKey {
            uses[Array(key.utf8)] = Use(time: time, fingerprint: line.request ?? "", testID: line.testID)
            return
        }
        if let testID = line.testID { return apply(line, toTest: testID) }
        if let advance = line.advanceMilliseconds { ahead += .milliseconds(advance) }
        if let forgotten = line.forgotten {
            self.forgotten = forgotten
            uses = [:]
            ahead = .zero
            tests = [:]
            resets += 1
        }
    }

    private mutating func apply(_ line: Line, toTest testID: String) {
        if let advance = line.advanceMilliseconds {
            tests[testID, default: Test()].ahead += .milliseconds(advance)
            testAdvances += 1
        }
        if let forgotten = line.forgotten {
            tests[testID] = Test(forgotten: forgotten)
            uses = uses.filter { $0.value.testID != testID }
            testResets += 1
        }
    }
}

// MARK: - Writing, only after `catchUp(isLocked: true)`, with the journal still locked

extension Notes {
    /// Stores a 500 under the key.
    ///
    /// - Parameter testID: the test that the request belongs to.
    mutating func store(
        under key: String, fingerprint: String, of testID: String?, at now: Timestamp
    ) throws(ProviderError) {
        try append(at: now) { line in
            line.testID = testID
            line.idempotencyKey = key
            line.request = fingerprint
            line.status = 500
        }
    }

    /// Puts the clock of the account or of a test forward, by whole milliseconds.
    mutating func advance(
        _ testID: String?, byMilliseconds milliseconds: Int64, at now: Timestamp
    ) throws(ProviderError) {
        try append(at: now) { line in
            line.testID = testID
            line.advanceMilliseconds = milliseconds
        }
    }

    /// Forgets all objects up to these numbers, the stored answers, and how far the clock was ahead.
    mutating func forget(_ forgotten: Forgotten, at now: Timestamp) throws(ProviderError) {
        try append(at: now) { $0.forgotten = forgotten }
    }

    /// Forgets the objects of a test up to these numbers, the answers stored for it, and how far its clock was ahead.
    mutating func forget(test testID: String, _ forgotten: Forgotten, at now: Timestamp) throws(ProviderError) {
        try append(at: now) { line in
            line.testID = testID
            line.forgotten = forgotten
        }
    }

    /// Forgets everything, also that numbers were used: the journal is new.
    mutating func clear() throws(ProviderError) {
        try file.truncate(to: 0)
    }

    private mutating func append(at now: Timestamp, _ fill: (inout Line) -> Void) throws(ProviderError) {
        var line = Line(time: now.rfc3339, provider: account)
        fill(&line)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        guard let text = try? encoder.encode(line) else {
            throw .notSent(CallFailure("a note cannot be written as JSON"))
        }
        let bytes = Array(text) + [UInt8(ascii: "\n")]
        try file.append(bytes, at: size)
        size += Int64(bytes.count)
        apply(line, at: now)
    }
}
