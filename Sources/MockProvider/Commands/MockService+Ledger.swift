import Foundation
import ProviderAPI

extension MockService {
    static let ledgerUsage = "ledger [--json] [--test-id ID]"

    /// `ledger [--json] [--test-id ID]`: the effects of this account or of one test, without client secrets.
    func runLedger(_ arguments: [String]) throws(ProviderError) -> String {
        var words = arguments
        let testID = try TestScope.take(from: &words)
        let isJSON = TestScope.takeJSONFlag(from: &words)
        guard words.isEmpty else { throw Self.usage(Self.ledgerUsage) }
        let (file, size, notes) = try ledger.look { books throws(ProviderError) in (books.file, books.size, books.notes) }
        // Outside the lock: a long journal must not hold up payments.
        let lines = try Books.entries(in: file, upTo: size)
            .filter { entry in
                entry.provider.isIdentical(to: host.name) && notes.remembers(entry)
                    && (testID.map { entry.intent.testID?.isIdentical(to: $0) ?? false } ?? true)
            }
            .map(LedgerLine.init)
        if isJSON { return try Self.json(lines, [.prettyPrinted]) }
        guard lines.isEmpty else { return LedgerLine.table(lines) }
        return testID.map { "The journal has nothing of the test \($0)." } ?? "The journal is empty."
    }
}

extension Books {
    /// All lines of a journal up to a size.
    fileprivate static func entries(in file: JournalFile, upTo size: Int64) throws(ProviderError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for line in try file.read(from: 0, count: Int(size)).split(separator: UInt8(ascii: "\n")) {
            entries.append(try entry(at: JournalSlice(offset: Int64(line.startIndex), length: Int32(line.count)), in: file))
        }
        return entries
    }
}
