import Foundation

/// The mock's journal: every effect in its order, and every object as it is after the last one.
struct ProviderBooks {
    let lines: [JournalLine]
    let intents: [String: ProviderIntent]
    let refunds: [String: ProviderRefund]
    let refundsByIntent: [String: [ProviderRefund]]
    let linesByKey: [String: [JournalLine]]
    let eventIDs: Set<String>

    /// Reads a journal. A last line without an end was being written when the process died; the mock cuts it off too.
    ///
    /// - Throws: ``JournalError`` for a line that can't be read.
    init(journal path: String, provider: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            self.init([])
            return
        }
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        var lines: [JournalLine] = []
        let decoder = JSONDecoder()
        for (index, text) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().enumerated()
        {
            do {
                lines.append(try decoder.decode(JournalLine.self, from: text))
            } catch {
                throw JournalError(description: "line \(index + 1) of \(path) can't be read: \(error)")
            }
        }
        self.init(lines.filter { $0.provider == provider })
    }

    private init(_ lines: [JournalLine]) {
        self.lines = lines
        intents = Dictionary(lines.map { ($0.intent.id, $0.intent) }) { _, last in last }
        refunds = Dictionary(lines.compactMap(\.refund).map { ($0.id, $0) }) { _, last in last }
        refundsByIntent = Dictionary(grouping: refunds.values, by: \.intentID)
        linesByKey = Dictionary(grouping: lines.filter { $0.key != nil }) { $0.key ?? "" }
        eventIDs = Set(lines.flatMap(\.events).map(\.id))
    }
}

/// The journal is not one.
struct JournalError: Error, CustomStringConvertible {
    let description: String
}
