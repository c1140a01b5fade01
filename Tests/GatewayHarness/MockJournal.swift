import Foundation

extension GatewayProcess {
    /// The effects in a mock provider's journal: the other book.
    ///
    /// - Parameter object: only those of this intent or refund.
    package func journal(of provider: String = "mock", object: String? = nil) throws -> [JSONText] {
        try folder.read("var/\(provider)-journal.jsonl").split(separator: "\n").map { try JSONText(parsing: String($0)) }
            .filter { object == nil || $0["object"].string == object }
    }

    /// How many effects of one kind a mock's journal holds.
    package func effects(_ operation: String, of provider: String = "mock", object: String? = nil) throws -> Int {
        try journal(of: provider, object: object).count { $0["operation"].string?.hasPrefix(operation) == true }
    }
}
