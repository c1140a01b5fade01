/// When a unit of work gets its turn at the writer.
package enum WriteTurn: Sendable {
    /// With the next commit.
    case prompt
    /// Behind all prompt ones, a few with each commit: for what belongs to a crowd, so that others need not wait for all of it.
    case patient
}

extension GatewayStore {
    /// Runs `work` in one transaction with its turn at the next commit, see ``write(in:_:)``.
    package func write<Value: Sendable>(
        _ work: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        try await write(in: .prompt, work)
    }

    /// The same store, whose writes are patient.
    var patient: any GatewayStore { PatientStore(store: self) }
}

/// A store all of whose writes are patient.
private struct PatientStore: GatewayStore {
    let store: any GatewayStore

    var installation: String { store.installation }

    func read<Value: Sendable>(_ work: @escaping @Sendable (any StoreReader) throws -> Value) async throws -> Value {
        try await store.read(work)
    }

    func write<Value: Sendable>(
        in turn: WriteTurn, _ work: @escaping @Sendable (any StoreWriter) throws -> Value
    ) async throws -> Value {
        try await store.write(in: .patient, work)
    }
}
