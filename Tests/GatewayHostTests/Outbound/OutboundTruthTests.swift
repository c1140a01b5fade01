import ProviderAPI
import Testing

@testable import GatewayHost

/// Races: whatever the transport says, it must agree with what the server saw.
@Suite("What the transport calls not sent never reached the server", .timeLimit(.minutes(10)))
struct OutboundTruthTests {
    @Test("with deadlines that strike anywhere between connecting and the answer")
    func deadlines() async throws {
        try await ScriptedServer.run(.answer()) { server in
            let outcomes = try await outcomes(of: 600, at: server) { number in
                number.isMultiple(of: 10) ? .within() : .within(.microseconds(number * 37 % 6000))
            }
            try check(outcomes, against: server)
            let patient = outcomes.filter { $0.key.isMultiple(of: 10) }.values
            #expect(patient.allSatisfy { $0 == .answered(200) }, "requests that fail leave the pool in order for the others")
        }
    }

    @Test("with tasks that are cancelled at any moment")
    func cancellations() async throws {
        try await ScriptedServer.run(.answer()) { server in
            let outcomes = try await OutboundFixture.run(limits: .init(connectionsPerOrigin: 4)) { fixture in
                let transport = try fixture.transport(to: server.url)
                var outcomes: [Int: Outcome] = [:]
                for number in 0..<200 {
                    outcomes[number] = await withTaskGroup(of: Outcome?.self) { group in
                        group.addTask { await transport.outcome(of: .post("\(server.url)/\(number)/", body: "")) }
                        group.addTask {
                            // Not a wait: it spreads the cancellations over the life of a request.
                            try? await Task.sleep(
                                for: number.isMultiple(of: 10) ? .seconds(300) : .microseconds(number * 13 % 1500))
                            return nil
                        }
                        var outcome = await group.next() ?? nil
                        group.cancelAll()
                        while let next = await group.next() { outcome = outcome ?? next }
                        return outcome
                    }
                }
                return outcomes
            }
            try await eventually { server.openConnections == 0 }
            try check(outcomes, against: server)
        }
    }

    @Test("with a server that closes connections it had promised to keep")
    func unannouncedClose() async throws {
        try await ScriptedServer.run(.answerAndClose()) { server in
            let outcomes = try await outcomes(of: 400, at: server) { _ in .within() }
            try check(outcomes, against: server)
        }
    }

    /// Sends requests, eight at a time, each with a path of its own, and lets the server see the end of all connections.
    private func outcomes(
        of count: Int, at server: ScriptedServer, in call: @Sendable @escaping (Int) -> CallContext
    ) async throws -> [Int: Outcome] {
        let outcomes = try await OutboundFixture.run(limits: .init(connectionsPerOrigin: 4)) { fixture in
            let transport = try fixture.transport(to: server.url)
            return await withTaskGroup(of: [(Int, Outcome)].self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        var outcomes: [(Int, Outcome)] = []
                        for number in stride(from: lane, to: count, by: 8) {
                            let request = HTTPRequest.post(
                                "\(server.url)/\(number)/", body: number.isMultiple(of: 2) ? "" : "a=1")
                            outcomes.append((number, await transport.outcome(of: request, in: call(number))))
                        }
                        return outcomes
                    }
                }
                return await group.reduce(into: [:]) { $0.merge($1) { $1 } }
            }
        }
        try await eventually { server.openConnections == 0 }
        return outcomes
    }

    private func check(_ outcomes: [Int: Outcome], against server: ScriptedServer) throws {
        let seen = server.requests.compactMap { request in
            request.split(separator: "/").dropFirst().first.flatMap { Int($0) }
        }
        #expect(Set(seen).count == seen.count, "nothing is repeated")
        for number in seen {
            let outcome = try #require(outcomes[number])
            #expect(!outcome.isNotSent, "request \(number) reached the server, but: \(outcome)")
        }
        let answered = outcomes.filter { $0.value == .answered(200) }.keys
        #expect(Set(seen).isSuperset(of: answered))
        #expect(!answered.isEmpty, "the test must not be vacuous")
    }
}
