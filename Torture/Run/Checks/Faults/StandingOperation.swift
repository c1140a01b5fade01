import GatewayHarness
import TortureBooks

/// An operation as `gateway operations` shows it.
struct StandingOperation: Sendable {
    /// Its id.
    let id: Int
    /// The transaction that it changes.
    let transaction: Int64
    /// Its state.
    let state: String
    /// How often the provider was called.
    let attempts: Int
    /// The id of the request that began it.
    let requestID: String

    /// Whether it has no end yet.
    var isUnsettled: Bool { ["pending", "unknown"].contains(state) }
}

extension World {
    /// All operations of a small world.
    func operations() async throws -> [StandingOperation] {
        let result = try await gateway.command("operations", "list", "--json", "--limit", "1000")
        let json = try JSONText(parsing: result.output)
        let lines = json.elements.isEmpty ? json["operations"].elements : json.elements
        return try lines.map { line in
            guard let id = line["id"].integer, let transaction = line["transaction_id"].integer,
                let state = line["state"].string, let attempts = line["attempts"].integer,
                let requestID = line["request_id"].string
            else { throw HarnessError("gateway operations shows a line without its members: \(line)") }
            return StandingOperation(
                id: id, transaction: Int64(transaction), state: state, attempts: attempts, requestID: requestID)
        }
    }

    /// The operations that requests with this key began.
    func operations(ofKey key: String) async throws -> [StandingOperation] {
        let requests = Set(log.told.filter { $0.key == key }.map(\.requestID))
        return try await operations().filter { requests.contains($0.requestID) }
    }
}
