/// All checks, in the order in which they run.
enum AllChecks {
    static let list: [any Check] = [
        CrashPoints(), Storm(), PowerCuts(), Disk(), ClockJumps(), WebhookStorm(), Surprises(), Faults(), RefundRaces(),
        KeyRaces(),
        Shutdown(),
    ]
}
