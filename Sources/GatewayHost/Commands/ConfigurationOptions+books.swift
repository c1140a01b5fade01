import ArgumentParser
import GatewayCore
import GatewayStorage
import Logging
import ProviderLoading

extension ConfigurationOptions {
    /// Reads from the database, with or without a gateway running on it. Nothing is changed and no lock taken.
    ///
    /// - Parameter command: its name, for messages.
    /// - Throws: `ExitCode` 78 for a wrong configuration, 1 for all else, after a message.
    func readBooks<Value: Sendable>(
        for command: String, _ work: @escaping @Sendable (any StoreReader) throws -> Value
    ) async throws -> Value {
        try await withBooks(for: command) { try await $0.read(work) }
    }

    /// The same for work that reads more than once.
    func withBooks<Value: Sendable>(
        for command: String, _ work: (SQLiteStore) async throws -> Value
    ) async throws -> Value {
        let configuration = try load()
        do {
            let store = try SQLiteStore.open(path: configuration.database.path, access: .readOnly)
            let result: Result<Value, any Error>
            do {
                result = .success(try await work(store))
            } catch {
                result = .failure(error)
            }
            await store.close()
            return try result.get()
        } catch {
            throw Failure.runtime("gateway \(command): \(OperatorFailure(error))")
        }
    }

    /// Changes something: through the gateway that runs on the database, or in this process while none does.
    ///
    /// - Parameter command: its name, for messages.
    /// - Throws: `ExitCode` 78 for a wrong configuration, 1 for all else, after a message.
    func act<Value: Sendable>(
        for command: String, _ work: @Sendable (any OperatorActions) async throws -> Value
    ) async throws -> Value {
        let (configuration, leftOut) = try await loadForServing { _ in }
        HostLogging.bootstrap(level: .warning)
        let logger = Logger(label: "gateway")
        for problem in leftOut { StandardError.write("warning: \(problem)") }
        do {
            return try await OperatorSession.perform(configuration, logger: logger, work)
        } catch let error as ConfigurationError {
            throw Failure.configuration(error)
        } catch {
            throw Failure.runtime("gateway \(command): \(OperatorFailure(error))")
        }
    }
}
