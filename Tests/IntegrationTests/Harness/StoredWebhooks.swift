import Foundation
import GatewayHarness

/// Whether a text is a time of RFC 3339 in UTC.
func isTime(_ text: String?) -> Bool {
    text?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/) != nil
}

extension GatewayProcess {
    /// The rows of the inbox that say `text` anywhere, each with its text and number columns as text.
    func storedWebhooks(containing text: String) async throws -> [[String: String]] {
        try await database.rows("SELECT * FROM webhook_events").compactMap { row in
            guard case .object(let members) = row else { return nil }
            let columns = members.compactMapValues { value -> String? in
                switch value {
                case .string(let text), .number(let text): text
                default: nil
                }
            }
            return columns.values.contains { $0.contains(text) } ? columns : nil
        }
    }

    /// All that it keeps on disk and has logged, whatever the form. Copies of modules are none of its writing.
    var everythingWritten: String { folder.readAll(below: "var", except: "modules") + log }
}
