import Foundation
import GatewayHarness
import TortureBooks

/// How long the checks wait for what the gateway does by itself before they find that it does not do it. It is no measure of speed: what
/// takes a second here may take a minute on a slow machine.
let recoveryLimit = Duration.seconds(120)

extension World {
    /// Waits until no operation is open and every webhook in the inbox is applied.
    ///
    /// - Returns: how long after the start of the process that was; nil where it did not come about within `limit`.
    func recover(within limit: Duration = recoveryLimit) async throws -> Duration? {
        let started = launched
        let end = ContinuousClock.now + limit
        while true {
            if try isSettled() { return .now - started }
            if ContinuousClock.now >= end { return nil }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Whether nothing is left to do. At each start the gateway reads the provider's list of events, which may bring some more.
    func isSettled() throws -> Bool {
        try BookCheck.eventsListed(databasePath: databasePath) != listedBefore
            && BookCheck.openOperations(databasePath: databasePath) == 0
            && BookCheck.pendingWebhooks(databasePath: databasePath) == 0
    }

    /// Waits until nothing is left that happens by itself, the gateway has taken every event of the mock, and it is recovered.
    ///
    /// - Returns: what kept it from that within `limit`.
    func comeToRest(within limit: Duration = recoveryLimit, at place: String) async throws -> [Finding] {
        let end = ContinuousClock.now + limit
        while try eventCounts().taken < eventCounts().made || consequencesAreDue(), ContinuousClock.now < end {
            try await Task.sleep(for: .milliseconds(50))
        }
        let (made, taken) = try eventCounts()
        if taken < made {
            return note([Finding(rule: "I3", detail: "\(made - taken) events were not taken within \(limit)")], at: place)
        }
        return try await recover(within: limit) == nil ? note([unsettled(limit)], at: place) : []
    }

    /// That operations or webhooks are still open.
    func unsettled(_ limit: Duration) throws -> Finding {
        let operations = try BookCheck.openOperations(databasePath: databasePath)
        let webhooks = try BookCheck.pendingWebhooks(databasePath: databasePath)
        return Finding(rule: "I3", detail: "\(operations) operations and \(webhooks) webhooks are open after \(limit)")
    }

    /// Compares all books.
    ///
    /// While the gateway runs it may take up something new at that very moment, such as an event that it found in the provider's list.
    /// What is wrong is therefore looked at again when that is done: only what stays is found.
    ///
    /// - Parameters:
    ///   - expected: the trouble that was made on purpose.
    ///   - isAccepted: whether a finding is that trouble's.
    /// - Returns: what was not found in this world before.
    func audit(
        at place: String, expected: ExpectedTrouble = ExpectedTrouble(), accepting isAccepted: (Finding) -> Bool = { _ in false }
    ) async throws -> [Finding] {
        var evidence = Evidence(
            databasePath: databasePath, journalPath: journalPath, told: log.told, sentRequestIDs: log.sent, logs: newLogs(),
            secrets: [Token.secret, GatewayConfiguration.webhookSecret(of: "mock"), Self.tokenStart],
            expected: expected
        )
        var violations = try BookCheck.violations(in: evidence)
        if !violations.isEmpty, gateway.isRunning {
            try await Task.sleep(for: .milliseconds(200))
            _ = try await recover()
            evidence.told = log.told
            evidence.sentRequestIDs = log.sent
            let later = Set(try BookCheck.violations(in: evidence))
            violations = violations.filter(later.contains)
        }
        let errors = log.told.filter { $0.status >= 500 && $0.status != 503 }
        let all =
            violations.map { Finding(rule: $0.invariant.rawValue, detail: $0.detail) }
            + errors.map { Finding(rule: "answer", detail: "\($0.method) \($0.path) answered \($0.status): \($0.body)") }
            + (try await brokenHistory())
        return note(all.filter { !isAccepted($0) }, at: place)
    }

    /// What the gateway's own audit finds in the chain of its history.
    private func brokenHistory() async throws -> [Finding] {
        let result = try await gateway.command("audit", "--history")
        guard result.end != .exited(0) else { return [] }
        return [Finding(rule: Violation.Invariant.i5.rawValue, detail: "gateway audit --history: \(result.everything)")]
    }

    /// What every bearer token starts with: its header is the same in all of them.
    private static let tokenStart = String(Token.valid(subject: "0").prefix { $0 != "." })

    /// What this world adds to the figures of a check.
    func figures() throws -> Outcome {
        var outcome = Outcome()
        outcome.requests = log.sent.count
        outcome.events = try eventCounts().made
        return outcome
    }

    /// How many events the mock has posted or will post, and how many of those the gateway has taken. Where the mock posts none, both are
    /// zero.
    private func eventCounts() throws -> (made: Int, taken: Int) {
        guard plan.webhooks else { return (0, 0) }
        let delivered = gateway.folder.read("var/mock-journal.jsonl.delivered").split(separator: "\n")
        var made = count(of: #""id":"evt_"#, in: journalPath)
        if count(of: #""webhooks":false"#, in: journalPath) > 0 {
            for effect in try gateway.journal() where effect["webhooks"] == .bool(false) {
                made -= effect["events"].elements.count
            }
        }
        return (made, Set(delivered).count)
    }

    /// Whether the mock will soon do something by itself: let a refund fail, or open a dispute. What takes days is not waited for.
    private func consequencesAreDue() throws -> Bool {
        guard count(of: #""due_ms":"#, in: journalPath) > 0 else { return false }
        let soon = Int(Date().timeIntervalSince1970 * 1000) + 60_000
        var due: Set<String> = []
        for effect in try gateway.journal() {
            for object in [effect["refund"], effect["payment_intent"]] {
                guard let id = object["id"].string else { continue }
                if let time = object["next"]["due_ms"].integer, time < soon { due.insert(id) } else { due.remove(id) }
            }
        }
        return !due.isEmpty
    }

    /// How often a text stands in a file. Journals get long: this one is not parsed to count it.
    private func count(of text: String, in path: String) -> Int {
        guard let data = FileManager.default.contents(atPath: path) else { return 0 }
        var count = 0
        var start = data.startIndex
        while let range = data.range(of: Data(text.utf8), in: start..<data.endIndex) {
            count += 1
            start = range.upperBound
        }
        return count
    }
}
