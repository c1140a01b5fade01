import GatewayCore
import Synchronization

/// A store whose writes can be made to fail, in front of the real one.
final class FaultyStore: GatewayStore {
    private let store: any GatewayStore
    private let failures = Mutex<[StoreError?]>([])

    init(_ store: any GatewayStore) {
        self.store = store
    }

    var installation: String { store.installation }

    /// What becomes of the next writes: nil for done, else not done and thrown.
    func script(_ steps: StoreError?...) {
        failures.withLock { $0 += steps }
    }

    func read<Value: Sendable>(_ work: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await store.read(work)
    }

    func write<Value: Sendable>(_ work: @escaping @Sendable (any StoreWriter) throws -> Value) async throws -> Value {
        let failure = failures.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        if let failure { throw failure }
        return try await store.write(work)
    }
}
