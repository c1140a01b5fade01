import GatewayCore
import GatewayLifecycle
import ProviderAPI

/// An operation as operators see it.
struct OperationLine: Sendable, Encodable {
    let id: Int64
    let kind: String
    let transactionID: Int64
    let provider: String
    let state: String
    let ageSeconds: Int64
    let attempts: Int
    let deaths: Int
    let outcome: String?
    let createdAt: String
    let requestID: String
    /// What happens next; nil for an operation that has ended.
    let next: String?

    private enum CodingKeys: String, CodingKey {
        case id
        case kind
        case transactionID = "transaction_id"
        case provider
        case state
        case ageSeconds = "age_seconds"
        case attempts
        case deaths
        case outcome
        case createdAt = "created_at"
        case requestID = "request_id"
        case next
    }

    init(_ standing: OperationStanding, at now: Timestamp) {
        let operation = standing.operation
        id = operation.id
        kind = operation.kind.rawValue
        transactionID = operation.transactionID
        provider = standing.provider
        state = operation.state.rawValue
        ageSeconds = max(0, now.duration(since: operation.createdAt).components.seconds)
        attempts = operation.attempts
        deaths = operation.deaths
        outcome = standing.outcome
        createdAt = operation.createdAt.rfc3339
        requestID = operation.requestID
        next = Self.next(standing, at: now)
    }

    private static func next(_ standing: OperationStanding, at now: Timestamp) -> String? {
        switch standing.operation.state {
        case .pending, .unknown:
            if standing.isLeased { return "at work now" }
            if standing.operation.isOverdue {
                let command = "gateway operations resolve \(standing.operation.id) --as succeeded|failed --note \"...\""
                return "a person decides: \(command)"
            }
            let wait = standing.nextCheckAt.duration(since: now)
            return wait <= .zero ? "due now, while a gateway runs" : "asked again in \(Output.span(wait)), while a gateway runs"
        case .succeeded, .failed:
            return nil
        }
    }

    /// Operations in aligned columns.
    static func table(_ lines: [OperationLine]) -> String {
        var table = TextTable([
            "ID", "KIND", "TRANSACTION", "PROVIDER", "STATE", "AGE", "ATTEMPTS", "DEATHS", "OUTCOME", "NEXT",
        ])
        for line in lines {
            table.add([
                "\(line.id)", line.kind, "\(line.transactionID)", line.provider, line.state,
                Output.span(.seconds(line.ageSeconds)), "\(line.attempts)", "\(line.deaths)", line.outcome ?? "-",
                line.next ?? "-",
            ])
        }
        return table.text
    }
}
