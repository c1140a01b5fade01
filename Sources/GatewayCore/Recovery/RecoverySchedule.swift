/// When the provider is asked again about an operation without an outcome.
enum RecoverySchedule {
    /// How long an operation is open before a person has to look at it. Time alone never ends an operation.
    static let reviewDeadline = Duration.seconds(72 * 3600)
    /// How old the last call must be before a look-up without a trace is evidence that the provider did not act.
    static let evidenceAge = Duration.seconds(600)

    /// The wait after so many attempts: 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, then hourly; once a day for an overdue operation.
    static func delay(afterAttempts attempts: Int, isOverdue: Bool = false) -> Duration {
        if isOverdue { return .seconds(24 * 3600) }
        let steps: [Duration] = [.seconds(1), .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(3600)]
        return steps[min(max(attempts, 1), steps.count) - 1]
    }
}
