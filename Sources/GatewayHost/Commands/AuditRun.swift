import Foundation
import GatewayCore
import Synchronization
import UnixSignals

/// An audit of payments against their providers, part by part, until its end, a signal, or an outage.
final class AuditRun: Sendable {
    /// How the run ended.
    enum End: Sendable, Equatable {
        /// Every payment was looked at.
        case finished
        /// Somebody stopped it.
        case interrupted
        /// No provider answered for many payments in a row.
        case unanswered
        /// The gateway or the database could not go on; why.
        case failed(String)
    }

    private struct State {
        var report: AuditReport
        var isStopping = false
        /// How many payments in a row have had no answer, and up to which payment all was well.
        var unanswered = 0
        var lastAnswered: Int64
    }

    private let selection: AuditSelection
    private let state: Mutex<State>
    /// Has each part for a person as soon as it is there.
    private let tell: @Sendable (AuditReport) -> Void

    /// After so many payments in a row without an answer the run ends: it is an outage.
    static let mostUnanswered = 100
    /// How often the run says how far it is.
    private static let progressInterval = Duration.seconds(10)

    init(_ selection: AuditSelection, tell: @escaping @Sendable (AuditReport) -> Void) {
        self.selection = selection
        self.tell = tell
        let report = AuditReport(last: selection.after, through: selection.through ?? .max)
        state = Mutex(State(report: report, lastAnswered: selection.after))
    }

    /// All that was found.
    var report: AuditReport { state.withLock { $0.report } }

    /// From which payment another run goes on.
    var continuation: Int64 { state.withLock { $0.lastAnswered } }

    /// Compares payments until one of the ends. A first SIGINT or SIGTERM lets the part under way end, a second one does not.
    func run(with actions: any OperatorActions) async -> End {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        StandardError.write(
            "gateway audit: compares payments after \(selection.after), with \(Output.count(selection.rate, "question")) a second to each "
                + "provider at most; Ctrl-C stops it")
        return await withTaskGroup(of: End?.self) { group in
            group.addTask { await self.compare(with: actions) }
            group.addTask {
                for await _ in signals {
                    if self.stop() { return .interrupted }
                }
                return nil
            }
            var end: End?
            while end == nil, let next = await group.next() { end = next }
            group.cancelAll()
            return end ?? .interrupted
        }
    }

    /// Has the run end after the part under way.
    ///
    /// - Returns: whether that was asked for before.
    private func stop() -> Bool {
        let isRepeated = state.withLock { state in
            defer { state.isStopping = true }
            return state.isStopping
        }
        if !isRepeated { StandardError.write("gateway audit: the part under way is finished first; stop again to end at once") }
        return isRepeated
    }

    private func compare(with actions: any OperatorActions) async -> End {
        var next = selection
        var toldAt = ContinuousClock.now
        repeat {
            let part: AuditReport
            do {
                part = try await actions.compareNext(next)
            } catch {
                return Task.isCancelled ? .interrupted : .failed("\(OperatorFailure(error))")
            }
            (next.after, next.through) = (part.last, part.through)
            tell(part)
            if add(part) >= Self.mostUnanswered { return .unanswered }
            if part.isAtEnd { return .finished }
            if ContinuousClock.now - toldAt >= Self.progressInterval {
                toldAt = .now
                StandardError.write(progress)
            }
        } while !state.withLock { $0.isStopping }
        return .interrupted
    }

    /// Adds a part.
    ///
    /// - Returns: how many payments in a row have had no answer.
    private func add(_ part: AuditReport) -> Int {
        state.withLock { state in
            state.report.add(part)
            let unanswered = part.uncompared.count { $0.isUnanswered }
            let isOutage = part.compared == 0 && unanswered > 0
            state.unanswered = isOutage ? state.unanswered + unanswered : 0
            if !isOutage { state.lastAnswered = part.last }
            return state.unanswered
        }
    }

    private var progress: String {
        let (report, continuation) = (report, continuation)
        return "gateway audit: up to payment \(report.last) of \(report.through), \(report.compared) compared, "
            + "\(Output.count(report.differences.count, "difference")); it can be continued with --after \(continuation)"
    }
}
