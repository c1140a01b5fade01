/// What a check did, and what it found.
struct Outcome: Sendable {
    /// Points at which a blow was to fall.
    var points = 0
    /// Points at which it fell.
    var struck = 0
    /// Processes that were killed or stopped.
    var kills = 0
    /// Requests that clients sent.
    var requests = 0
    /// Events that the provider made.
    var events = 0
    /// From the start of a process until no operation was open and all webhooks were applied.
    var recoveries: [Duration] = []
    /// What is wrong.
    var findings: [Finding] = []

    /// Adds what another part of the same check did.
    static func += (sum: inout Self, part: Self) {
        sum.points += part.points
        sum.struck += part.struck
        sum.kills += part.kills
        sum.requests += part.requests
        sum.events += part.events
        sum.recoveries += part.recoveries
        sum.findings += part.findings
    }

    /// Notes that something is wrong.
    mutating func find(_ rule: String, _ detail: String) {
        findings.append(Finding(rule: rule, detail: detail))
    }
}
