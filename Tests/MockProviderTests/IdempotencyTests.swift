import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Idempotency keys")
struct IdempotencyTests {
    @Test("replay the answer of every operation, after a restart too, and add no line to the journal", arguments: [false, true])
    func replays(restarted: Bool) async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock(in: folder)
        let intent = try await first.create(capture: .manual)
        let authorised = try await first.confirm(intent.id)
        let captured = try await first.capture(authorised, 4000)
        let refund = try await first.refund(captured, 500)
        let other = try await first.create(as: "create-2")
        let canceled = try await first.cancel(other.id)
        let lines = try folder.journal().count
        #expect(lines == 6)

        let mock = restarted ? try await makeMock(in: folder) : first
        // Each as it was then, though the intent has moved on.
        #expect(try await mock.create(capture: .manual) == intent)
        #expect(try await mock.confirm(intent.id) == authorised)
        #expect(try await mock.capture(authorised, 4000) == captured)
        #expect(try await mock.refund(captured, 500) == refund)
        #expect(try await mock.cancel(other.id) == canceled)
        #expect(try folder.journal().count == lines)
    }

    @Test("replay a decline, after a restart and after a later success too", arguments: [false, true])
    func replaysDeclines(restarted: Bool) async throws {
        let folder = try TemporaryFolder()
        let first = try await makeMock(in: folder)
        let intent = try await first.create()
        let original = try await decline {
            try await first.confirm(intent.id, with: "pm_card_chargeDeclinedFraudulent", as: "one")
        }
        _ = try await first.confirm(intent.id, as: "two")

        let mock = restarted ? try await makeMock(in: folder) : first
        let replay = try await decline { try await mock.confirm(intent.id, with: "pm_card_chargeDeclinedFraudulent", as: "one") }
        #expect(replay == original)
        #expect(try await mock.retrieve(intent.id).status == .succeeded)
        #expect(try folder.journal().count == 3)
    }

    @Test("with other parameters or for another operation leave the outcome unknown, and change nothing")
    func reuse() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create(5000, as: "same")
        for attempt in [
            { _ = try await mock.create(5001, as: "same") },
            { _ = try await mock.create(5000, currency: "EUR", as: "same") },
            { _ = try await mock.cancel(intent.id, as: "same") },
        ] as [() async throws -> Void] {
            let error = await #expect(throws: ProviderError.self) { try await attempt() }
            guard case .unknown = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try folder.journal().count == 1)
        #expect(try await mock.retrieve(intent.id).status == .requiresPaymentMethod)
    }

    @Test("of refused requests may be used again: a refusal is not stored")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let intent = try await mock.create()
        _ = try await rejection { try await mock.confirm(intent.id, with: "pm_nonsense", as: "key") }
        #expect(try await mock.confirm(intent.id, as: "key").status == .succeeded)
    }

    @Test("are forgotten after a day, and not before", arguments: [false, true])
    func memory(restarted: Bool) async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let first = try await makeMock(in: folder, clock: clock)
        let intent = try await first.create()
        clock.advance(by: .seconds(86_399))
        let mock = restarted ? try await makeMock(in: folder, clock: clock) : first
        #expect(try await mock.create() == intent)
        clock.advance(by: .seconds(1))
        let second = try await mock.create()
        #expect(second.id != intent.id)
        #expect(try await mock.create() == second)
    }

    @Test("make one effect of many calls at once", .timeLimit(.minutes(10)))
    func concurrency() async throws {
        let folder = try TemporaryFolder()
        let mocks = [try await makeMock(in: folder), try await makeMock(in: folder)]
        let ids = try await withThrowingTaskGroup { group in
            for index in 0..<40 {
                group.addTask { try await mocks[index % 2].create().id }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try folder.journal().count == 1)
    }
}
