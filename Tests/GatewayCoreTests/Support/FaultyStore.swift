import GatewayCore
import Synchronization

/// A store whose writes, and reads, can be made to fail, in front of the real one.
final class FaultyStore: GatewayStore {
    private let store: any GatewayStore
    private let failures = Mutex<[StoreError?]>([])
    /// How many more writes are done before nothing is any more; nil where there is no end.
    private let outage = Mutex<Int?>(nil)

    init(_ store: any GatewayStore) {
        self.store = store
    }

    var installation: String { store.installation }

    /// What becomes of the next writes: nil for done, else not done and thrown.
    func script(_ steps: StoreError?...) {
        failures.withLock { $0 += steps }
    }

    /// Makes every write and read fail once so many more writes are done; nil ends that.
    func failAll(afterWrites count: Int?) {
        outage.withLock { $0 = count }
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        if outage.withLock({ $0 == 0 }) { throw StoreError.unavailable("out of order") }
        return try await store.read(work)
    }

    func write<Value: Sendable>(
        in turn: WriteTurn, _ work: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
        let isOut = outage.withLock { left in
            defer { left = left.map { max(0, $0 - 1) } }
            return left == 0
        }
        if isOut { throw StoreError.unavailable("out of order") }
        return try await store.write(in: turn, work)
    }
}
