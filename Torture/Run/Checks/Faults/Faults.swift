import GatewayHarness

/// Every fault of a provider in every kind of call, once each: what the client is told, and what becomes of it.
struct Faults: Check {
    let name = "faults"
    let summary = "every fault of the mock in every kind of call, late answers and later refusals"

    func run(on stage: Stage) async throws -> Outcome {
        // Worlds with a hanging call mostly wait: they share the time.
        let quick = ProviderFault.allCases.filter { ![.hangBefore, .hangAfter, .trap].contains($0) }
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            for fault in [ProviderFault.hangBefore, .hangAfter] {
                group.addTask { try await FaultWorld(fault: fault, deeds: fault.deeds).run(on: stage) }
            }
            group.addTask { try await LateAnswers().leavesLiveRequestAlone(on: stage) }
            group.addTask { try await LateAnswers().ignoresStaleWorker(on: stage) }
            group.addTask { try await LateAnswers().settlesOnceAfterLaterRefusal(on: stage) }
            group.addTask {
                try await stage.twoAtATime(quick) { try await FaultWorld(fault: $0, deeds: $0.deeds).run(on: stage) }
            }
            group.addTask {
                try await stage.twoAtATime(ProviderFault.trap.deeds) {
                    try await FaultWorld(fault: .trap, deeds: [$0]).run(on: stage)
                }
            }
            return try await group.reduce(into: Outcome()) { $0 += $1 }
        }
    }
}
