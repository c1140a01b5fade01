import ProviderAPI
import Synchronization
import Testing

@testable import GatewayHost

@Suite("Freed memory", .timeLimit(.minutes(10)))
struct MemoryTrimTests {
    /// Lets so many looks at the memory pass, and then ends the service.
    private final class CountedClock: ProviderClock {
        private let rest: Mutex<Int>

        init(_ count: Int) { rest = Mutex(count) }

        func now() -> Timestamp { Timestamp(unixSeconds: 0) }

        func sleep(for duration: Duration) async throws {
            let isOver = rest.withLock { rest in
                rest -= 1
                return rest < 0
            }
            if isOver { throw CancellationError() }
        }
    }

    /// What the resident memory is at each look, and how often it was returned.
    private final class Memory: Sendable {
        private let state: Mutex<(looks: [Double], trims: Int)>

        init(_ looks: [Double]) { state = Mutex((looks, 0)) }

        var trims: Int { state.withLock { $0.trims } }

        /// The next of the looks in bytes; the last one stays.
        func look() -> Double {
            state.withLock { state in
                (state.looks.count > 1 ? state.looks.removeFirst() : state.looks[0]) * 1_048_576
            }
        }

        func trim() { state.withLock { $0.trims += 1 } }
    }

    /// How often memory is returned where the unused memory is these MiB, each time that it is looked at, the first time at the start.
    private func trims(_ looks: [Double]) async throws -> Int {
        let memory = Memory(looks)
        try await MemoryTrim(clock: CountedClock(looks.count - 1), unused: { memory.look() }, trim: { memory.trim() }).run()
        return memory.trims
    }

    @Test("is returned once more than 16 MiB more than the least are unused")
    func due() async throws {
        #expect(try await trims([10, 15, 26]) == 0)
        #expect(try await trims([10, 26.5]) == 1)
        #expect(try await trims([50, 10, 27]) == 1)
    }

    @Test("is returned after a flood that came before the first look, and after one during which there was nothing to return")
    func floods() async throws {
        #expect(try await trims([5, 200, 6, 6]) == 1)
        #expect(try await trims([5, 12, 8, 210, 7]) == 1)
    }

    @Test("is not asked for again while it lies between blocks in use")
    func between() async throws {
        // The look behind each return is the next of these.
        #expect(try await trims([10, 500, 490, 495, 500, 505]) == 1)
        #expect(try await trims([10, 500, 490, 600, 590]) == 2)
    }

    @Test("is returned to the system where a block that is still used lies above it")
    func allocator() throws {
        var blocks = (0..<200_000).map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 1024) }
        let above = [UInt8](repeating: 1, count: 1024)
        let before = try #require(ProcessMetrics().residentBytes)
        #expect(blocks.count == 200_000)
        let inUse = Allocator.bytesInUse
        blocks = []
        #expect(Allocator.bytesInUse < inUse - 100 * 1_048_576)
        Allocator.trim()
        #expect(try #require(ProcessMetrics().residentBytes) < before - 100 * 1_048_576)
        withExtendedLifetime(above) {}
    }
}
