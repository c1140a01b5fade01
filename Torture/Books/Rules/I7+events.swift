/// I7: each provider event is applied at most once.
extension Comparison {
    var eventViolations: [Violation] {
        var findings = Findings(.i7)
        for (event, rows) in Dictionary(grouping: gateway.events, by: { [$0.provider, $0.eventID] }) where rows.count > 1 {
            findings.report("event \(event[1]) is in \(rows.count) rows")
        }
        for event in gateway.events where event.provider == evidence.provider { check(event, &findings) }
        for (transaction, lines) in gateway.history.sorted(by: { $0.key < $1.key }) {
            // A line that moves neither the status nor money fills in what the event did not say. Lines of other types follow from it, such
            // as the request of a cancellation.
            let moves = lines.filter {
                $0.actor.hasPrefix("webhook:") && $0.type.hasPrefix("webhook.") && ($0.from != $0.to || $0.amount != nil)
            }
            for (actor, applied) in Dictionary(grouping: moves, by: \.actor) where applied.count > 1 {
                // It sends the gateway to fetch all refunds, of which it may book several.
                if applied.allSatisfy({ $0.type == "webhook.charge.refunded" }) { continue }
                findings.report("\(actor) was applied \(applied.count) times to transaction \(transaction)")
            }
            for line in lines where line.actor.hasPrefix("webhook:") {
                let id = String(line.actor.dropFirst("webhook:".count))
                if !gateway.eventIDs.contains(id) {
                    findings.report("line \(line.id) of transaction \(transaction) is of event \(id), which never arrived")
                }
            }
        }
        return findings.violations
    }

    private func check(_ event: EventRow, _ findings: inout Findings) {
        if !provider.eventIDs.contains(event.eventID), !evidence.expected.waitingEvents.contains(event.eventID) {
            findings.report("event \(event.eventID) is in the inbox, and the provider never made it")
        }
        if event.state == "pending", !evidence.expected.waitingEvents.contains(event.eventID) {
            findings.report("event \(event.eventID) still waits: \(event.result ?? "not tried")")
        }
        if event.state == "contradicted", !evidence.expected.contradictedEvents.contains(event.eventID) {
            findings.report("event \(event.eventID) contradicts the books: \(event.result ?? "")")
        }
    }
}
