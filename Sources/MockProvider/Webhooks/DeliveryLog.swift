import Foundation
import ProviderAPI

/// Which events the gateway has taken: a file of event ids beside the journal, which holds nothing but effects.
///
/// An event whose line here was lost is posted once more; the gateway knows events by their ids.
final class DeliveryLog: Sendable {
    private let file: JournalFile

    /// Opens the file beside the journal at this path.
    init(besideJournal path: String) throws(ProviderError) {
        file = try JournalFile(path: path + ".delivered")
    }

    /// The ids of the events that were taken.
    func deliveredIDs() throws(ProviderError) -> Set<String> {
        let bytes = try file.read(from: 0, count: Int(try file.status().size))
        return Set(bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) })
    }

    /// Forgets everything: the journal is new, and its events may bear the ids of an earlier one's.
    func clear() throws(ProviderError) {
        try file.truncate(to: 0)
    }

    /// Notes that the gateway has taken an event.
    func add(_ id: String) throws(ProviderError) {
        try file.lock()
        defer { file.unlock() }
        try file.append(Array("\(id)\n".utf8), at: file.status().size)
    }
}

/// What of a journal is still to be posted, when it is read at load.
struct Undelivered: Sendable {
    /// How long the mock tries, counted from the event, as Stripe does.
    private static let span: Duration = .seconds(3 * 24 * 60 * 60)

    private let delivered: Set<String>
    private let since: Timestamp

    /// All but `delivered`, as long as they are not too old at `now`.
    init(allBut delivered: Set<String>, at now: Timestamp) {
        self.delivered = delivered
        since = now.advanced(by: .zero - Self.span)
    }

    /// Whether the event is still to be posted.
    func contains(_ id: String, madeAt time: Timestamp) -> Bool {
        time >= since && !delivered.contains(id)
    }
}
