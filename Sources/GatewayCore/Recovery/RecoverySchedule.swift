/// When the provider is asked again about what is not known, and when that ends.
enum RecoverySchedule {
    /// How long the provider is asked; then a person decides. An operation is never failed because time has passed.
    static let patience = Duration.seconds(72 * 3600)
    /// How many processes may die at an operation: from then on it is only looked up, because its call may be what kills them.
    static let toleratedDeaths = 3

    /// The wait after so many attempts: 1 s, 5 s, 30 s, 2 min, 10 min, 1 h, then hourly.
    static func delay(afterAttempts attempts: Int) -> Duration {
        let steps: [Duration] = [.seconds(1), .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(3600)]
        return steps[min(max(attempts, 1), steps.count) - 1]
    }
}
