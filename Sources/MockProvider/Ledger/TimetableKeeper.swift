import ProviderAPI
import Synchronization

/// Wakes up whenever something is due, and lets it happen.
///
/// What comes into the timetable may be due sooner than all before: an alarm is set for it then, and the later ones stay set.
final class TimetableKeeper: Sendable {
    private let ledger: Ledger
    private let host: ProviderHost
    /// When somebody wakes up, by the host's clock.
    private let alarms = Mutex<[Timestamp]>([])

    init(_ ledger: Ledger, host: ProviderHost) {
        self.ledger = ledger
        self.host = host
    }

    /// Keeps the timetable until it is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await _ in ledger.timetableChanged.rings() {
                group.addTask { await self.keep() }
            }
        }
    }

    private func keep() async {
        do {
            // Asking settles what is due by then.
            while let due = try ledger.nextDue(), set(due) {
                defer { unset(due) }
                try await host.clock.sleep(for: max(due.duration(since: host.clock.now()), .milliseconds(1)))
            }
        } catch is CancellationError {
            return
        } catch {
            host.log.write(.warning, "What was due at the mock has to wait for the next call.", fields: ["cause": "\(error)"])
        }
    }

    /// False where an alarm is set that is no later.
    private func set(_ alarm: Timestamp) -> Bool {
        alarms.withLock { alarms in
            if alarms.contains(where: { $0 <= alarm }) { return false }
            alarms.append(alarm)
            return true
        }
    }

    private func unset(_ alarm: Timestamp) {
        alarms.withLock { alarms in
            if let index = alarms.firstIndex(of: alarm) { alarms.remove(at: index) }
        }
    }
}
