import Foundation
import ProviderAPI

extension MockService {
    /// `ledger [--json]`: this account's effects, without client secrets.
    func runLedger(_ arguments: [String]) throws(ProviderError) -> String {
        guard arguments.isEmpty || arguments == ["--json"] else { throw Self.usage("ledger [--json]") }
        let books = try ledger.look { books throws(ProviderError) in books }
        // Outside the lock: a long journal must not hold up payments.
        let lines = try Books.entries(in: books.file, upTo: books.size).filter {
            $0.provider.isIdentical(to: host.name) && books.remembers($0)
        }
        .map(LedgerLine.init)
        if arguments.isEmpty { return lines.isEmpty ? "The journal is empty." : LedgerLine.table(lines) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        do {
            return String(decoding: try encoder.encode(lines), as: UTF8.self)
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the journal cannot be shown as JSON"))
        }
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
