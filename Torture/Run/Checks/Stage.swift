import Foundation
import GatewayHarness

/// What every check is given.
struct Stage: Sendable {
    /// How much of everything.
    let scale: Scale
    /// What all randomness comes from.
    let seed: UInt64
    /// The gateway's executable.
    let gateway: URL

    /// The generator for a part of a check.
    func random(for part: String) -> SplitMix64 { SplitMix64(seed: seed, for: part) }

    /// Starts a gateway in a folder of its own for the length of `body`, and ends it whatever happens. The folder is removed unless
    /// something was found in it.
    func withWorld<Value>(_ plan: WorldPlan = WorldPlan(), _ body: (World) async throws -> Value) async throws -> Value {
        let world = try World(plan, executable: gateway)
        do {
            try await world.start()
            let value = try await body(world)
            await world.end(keepsFolder: !world.findings.isEmpty)
            return value
        } catch let error as Unsettled {
            await world.end(keepsFolder: true)
            throw error
        } catch {
            await world.end(keepsFolder: true)
            throw HarnessError("\(error)\nfolder: \(world.gateway.folder.url.path)\n\(world.gateway.recentLog)")
        }
    }

    /// Does the work for each element, two at a time: one world does not keep two cores busy.
    func twoAtATime<Element: Sendable>(
        _ elements: [Element], _ work: @escaping @Sendable (Element) async throws -> Outcome
    ) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            var sum = Outcome()
            for (index, element) in elements.enumerated() {
                if index >= 2, let part = try await group.next() { sum += part }
                group.addTask { try await work(element) }
            }
            for try await part in group { sum += part }
            return sum
        }
    }
}
