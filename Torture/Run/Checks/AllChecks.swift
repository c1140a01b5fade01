/// All checks, in the order in which they run.
enum AllChecks {
    static let list: [any Check] = [
        CrashPoints(), Storm(), PowerCuts(), Disk(), ClockJumps(), WebhookStorm(), Faults(), RefundRaces(), KeyRaces(),
        Shutdown(),
    ]
}
