import Foundation
import GatewayCore
import GatewayStorage
import Logging
import ProviderLoading

/// Why an operator's command did not do what it was asked, in words for people.
struct OperatorFailure: Error, CustomStringConvertible {
    let description: String

    /// - Parameter fields: what is wrong with which; told one by one where they are several.
    init(_ detail: String, fields: [(name: String, message: String)] = []) {
        let list = fields.count > 1 ? fields.map { "\n  \($0.name): \($0.message)" }.joined() : ""
        description = detail + list
    }

    /// An error of the core or the store.
    init(_ error: any Error) {
        switch error {
        case let error as OperatorFailure: self = error
        case let error as GatewayError: self.init(error.detail, fields: error.fields.map { ($0.name, $0.message) })
        case StoreError.unavailable: self.init("the database cannot take this now; nothing was done, try again")
        default: self.init("\(error)")
        }
    }
}

/// Who does what a writing command asks: the gateway that has the database, or this process while none has.
enum OperatorSession {
    /// Runs `work`.
    ///
    /// - Throws: ``OperatorFailure``, `ConfigurationError`.
    static func perform<Value: Sendable>(
        _ configuration: GatewayConfiguration, logger: Logger, _ work: @Sendable (any OperatorActions) async throws -> Value
    ) async throws -> Value {
        let path = configuration.database.path
        // To open it would make it.
        guard FileManager.default.fileExists(atPath: path) else {
            throw OperatorFailure("there is no database \(path): check database.url, or run `gateway migrate`")
        }
        do {
            return try await here(configuration, logger: logger, work)
        } catch DatabaseOpenError.inUse(_, let holder) {
            return try await RunningGateway.perform(database: path, holder: holder) { try await work($0) }
        }
    }

    private static func here<Value: Sendable>(
        _ configuration: GatewayConfiguration, logger: Logger, _ work: @Sendable (any OperatorActions) async throws -> Value
    ) async throws -> Value {
        let client = OutboundClient()
        let services: GatewayServices
        do {
            services = try await GatewayServices.open(configuration, client: client, keepsSecrets: false, logger: logger)
        } catch {
            try? await client.shutdown()
            throw error
        }
        return try await services.perform { try await work($0) }
    }
}
