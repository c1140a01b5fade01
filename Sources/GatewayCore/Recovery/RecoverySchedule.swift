/// When the provider is asked again about an operation whose outcome is not known.
enum RecoverySchedule {
    /// The wait after so many attempts: 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, then hourly.
    static func delay(afterAttempts attempts: Int) -> Duration {
        let steps: [Duration] = [.seconds(1), .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(3600)]
        return steps[min(max(attempts, 1), steps.count) - 1]
    }
}
