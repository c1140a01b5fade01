import Foundation
import GatewayHarness

/// All events of a provider at once, five times each and in no order, while the gateway is killed: the order of arrival must not matter.
///
/// Half of the payments are completed on the provider's own page, so that the gateway learns of them by these events only.
struct WebhookStorm: Check {
    let name = "webhook-storm"
    let summary =
        "every event of 100 payments five times, shuffled, by 16 clients, with 2 kills (--long: 10,000 events, 20 kills)"
    private let clients = 16
    private let repeats = 5

    func run(on stage: Stage) async throws -> Outcome {
        // Books are compared as a whole: several worlds keep each of them small.
        var outcome = Outcome()
        for part in 1...stage.scale.pick(short: 1, long: 20) {
            outcome += try await run(part: part, on: stage)
        }
        return outcome
    }

    private func run(part: Int, on stage: Stage) async throws -> Outcome {
        let place = "part \(part)"
        var random = stage.random(for: "\(name) \(place)")
        let payments = stage.scale.pick(short: 100, long: 175)
        let kills = stage.scale.pick(short: 2, long: 1)
        return try await stage.withWorld { world in
            let seeds = (0..<payments).map { _ in random.fork() }
            let queue = PostQueue(below: payments)
            _ = try await atOnce(clients) { _ in
                while let number = queue.take() {
                    try await StormyPayment(world: world, number: number, random: seeds[number]).make()
                }
            }
            let events = try world.gateway.journal().flatMap(PostedEvent.all)
            var posts = events.flatMap { Array(repeating: $0, count: repeats) }
            posts.shuffle(using: &random)
            var outcome = Outcome()
            outcome.events = events.count
            outcome.findings = try await post(posts, kills: kills, in: world, &outcome)
            outcome.findings = world.note(outcome.findings, at: place)
            outcome.findings += try await world.comeToRest(at: place)
            outcome.findings += try await world.audit(at: place)
            outcome += try world.figures()
            return outcome
        }
    }

    /// Posts them by all clients at once. Each of the kills falls after an equal share of the posts was taken up.
    private func post(
        _ posts: [PostedEvent], kills: Int, in world: World, _ outcome: inout Outcome
    ) async throws -> [Finding] {
        let queue = PostQueue(below: posts.count)
        return try await withThrowingTaskGroup(of: [Finding].self) { group in
            for _ in 0..<clients { group.addTask { try await Self.post(posts, from: queue, in: world) } }
            for kill in 1...kills {
                while queue.taken < posts.count * kill / (kills + 1) { try await Task.sleep(for: .milliseconds(2)) }
                await world.gateway.kill()
                outcome.kills += 1
                try await world.start()
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Posts what the queue gives out. What gets no answer is posted again.
    private static func post(_ posts: [PostedEvent], from queue: PostQueue, in world: World) async throws -> [Finding] {
        let poster = Shopper.anonymous(in: world)
        var findings: [Finding] = []
        while let number = queue.take() {
            let event = posts[number]
            let answer = try await poster.settle(event.call)
            guard answer.status != 200 else { continue }
            let detail = "the event \(event.id) (\(event.type)) was answered \(answer.status): \(answer.text)"
            findings.append(Finding(rule: "answer", detail: detail))
        }
        return findings
    }
}
