import Foundation
import GatewayHarness
import GatewayLifecycle
import Glibc
import Logging
import ProviderAPI
import ServiceLifecycle
import Synchronization
import Testing

@testable import GatewayCore

@Suite("Who waits for a flow does not own it", .timeLimit(.minutes(10)))
struct FlowSupervisorTests {
    private let provider = Provider(
        name: "acme", information: ModuleInformation(displayName: "Acme", version: "1.0.0"), digest: "",
        service: ScriptedService())

    /// A client that waits for a confirmation, which the provider holds back at a gate.
    private func confirming(
        in gateway: TestGateway
    ) async throws -> (TestGateway.Subject, Gate, Task<GatewayAnswer, any Error>) {
        let subject = try await gateway.created()
        let gate = Gate()
        gateway.service.script(.confirm, .wait(gate, then: .act()))
        let client = Task { try await gateway.confirm(subject.intent, request(key: "k")) }
        await gate.reached()
        return (subject, gate, client)
    }

    @Test("A client that hangs up stops waiting; the payment goes on and is settled")
    func hangUp() async throws {
        try await withGateway { gateway in
            let (subject, gate, client) = try await confirming(in: gateway)
            client.cancel()
            await #expect(throws: CancellationError.self) { try await client.value }
            gate.open()
            try await eventually("the confirmation is settled") {
                try await gateway.lastOperation(of: subject.order).state == .succeeded
            }
            #expect(try await gateway.confirm(subject.intent, request(key: "k")).isReplay)
        }
    }

    @Test("A shutdown refuses new flows and waits for those that run")
    func shutdown() async throws {
        let supervisor = FlowSupervisor()
        let services = ServiceGroup(services: [supervisor], logger: RecordedLog().logger)
        let gate = Gate()
        let course = Course()
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await services.run()
                course.note("the supervisor has ended")
            }
            group.addTask {
                let answer = try await supervisor.perform {
                    await gate.pass()
                    course.note("the flow has ended")
                    return 7
                }
                #expect(answer == 7)
            }
            await gate.reached()
            await services.triggerGracefulShutdown()
            try await eventually("new flows are refused") {
                do {
                    try await supervisor.perform {}
                    return false
                } catch let error as GatewayError {
                    #expect(error.retryAfterSeconds == 1)
                    return error.code == .unavailable
                }
            }
            #expect(course.notes.isEmpty)
            gate.open()
            try await group.waitForAll()
        }
        #expect(course.notes == ["the flow has ended", "the supervisor has ended"])
    }

    @Test("A call that is not done by its deadline is given up as unknown, and its late answer changes nothing")
    func deadline() async throws {
        try await withGateway { gateway in
            let (subject, gate, client) = try await confirming(in: gateway)
            try await eventually("the confirmation is given up") {
                gateway.deadlineClock.advance(by: .seconds(1))
                return try await gateway.lastOperation(of: subject.order).state == .unknown
            }
            gate.open()
            #expect(try await client.value.status == 202)
            let calls = try #require(gateway.flow.registry.providers.first).calls
            try await eventually("the late call has ended") { calls.count == 0 }
            #expect(try await gateway.lastOperation(of: subject.order).state == .unknown)
        }
    }

    @Test("A call that blocks its thread is given up at its deadline like any other")
    func blockedThread() async throws {
        try await withGateway { gateway in
            try await expectGivenUp(gateway.deadlineClock) { [provider] in
                try await gateway.supervisor.ask(provider, $0)
            }
        }
    }

    /// Expects that a call that blocks its thread is given up once `clock` reaches its deadline.
    private func expectGivenUp(
        _ clock: HeldClock,
        _ ask: @escaping @Sendable (@escaping @Sendable () async throws(ProviderError) -> Void) async throws -> Void
    ) async throws {
        let blockade = Blockade()
        defer { blockade.end() }
        let course = Course()
        try await withThrowingTaskGroup { group in
            group.addTask {
                await #expect(throws: ProviderError.self) { try await ask { () async throws(ProviderError) in blockade.hold() } }
                course.note("given up")
            }
            try await eventually("the call is given up") {
                clock.advance(by: .seconds(1))
                return course.notes == ["given up"]
            }
        }
    }

    @Test(
        "A flow that is alone has threads of its own for itself and its call, one that comes meanwhile goes on where it was started"
    )
    func ownThreads() async throws {
        let own = OwnThreads()
        let supervisor = FlowSupervisor(ownThreads: own)
        let gate = Gate()
        let places: @Sendable () async throws -> [Bool] = { [provider] in
            let flow = own.haveThis
            let call = try await supervisor.ask(provider) { () async throws(ProviderError) in own.haveThis }
            return [flow, call, own.haveThis, await offEventLoop { own.haveThis }]
        }
        async let first = supervisor.perform {
            await gate.pass()
            return try await places()
        }
        await gate.reached()
        #expect(try await supervisor.perform(places) == [false, false, false, false])
        gate.open()
        #expect(try await first == [true, true, true, true])
        try await eventually("the next is alone again") { try await supervisor.perform(places) == [true, true, true, true] }
    }

    @Test("A call that blocks one of those threads leaves its flow another to answer on")
    func blockedOwnThread() async throws {
        let clock = HeldClock()
        let supervisor = FlowSupervisor(ownThreads: OwnThreads(), clock: clock)
        try await withThrowingTaskGroup { group in
            group.addTask { await supervisor.deadlines.run() }
            try await expectGivenUp(clock) { [provider] call in
                try await supervisor.perform { try await supervisor.ask(provider, call) }
            }
            group.cancelAll()
        }
    }

    @Test("What a flow throws reaches who waits for it")
    func failure() async throws {
        try await withGateway { gateway in
            await #expect(throws: StoreError.constraint("x")) {
                try await gateway.supervisor.perform { throw StoreError.constraint("x") }
            }
        }
    }
}

/// Blocks a thread as a library's call does that waits for its answer. The runtime sees that and has another thread go on, on one core, too; of
/// a thread that is busy it would think that it gets on.
private final class Blockade: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func hold() { semaphore.wait() }

    func end() { semaphore.signal() }
}

/// Threads that may be blocked: one for each step, none of the runtime's pool.
private final class OwnThreads: BlockingExecutor {
    private let running = Mutex<Set<pthread_t>>([])

    var haveThis: Bool { running.withLock { $0.contains(pthread_self()) } }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread {
            self.running.withLock { _ = $0.insert(pthread_self()) }
            job.runSynchronously(on: self.asUnownedTaskExecutor())
            self.running.withLock { _ = $0.remove(pthread_self()) }
        }
    }
}
