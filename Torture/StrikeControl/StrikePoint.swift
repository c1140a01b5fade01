/// One call that the struck process makes, and the side of it on which the blow falls.
package struct StrikePoint: Sendable, Hashable, Codable {
    /// The calls that are counted, each for itself. The order is that of `strike_kind` in strike_page.h.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// fsync or fdatasync of a `.db` or `.db-wal`.
        case sync
        /// A write to a `.db-wal`. It is a ``dbWrite`` too.
        case walWrite
        /// A write to the mock provider's book, `journal.jsonl`.
        case effect
        /// A write to a TCP connection that was accepted.
        case reply
        /// A write to a `.db`, `.db-wal` or `.db-shm`.
        case dbWrite
    }

    /// Before the call is made, or once it has returned and before its caller learns of it.
    package enum Moment: String, Sendable, Codable, CaseIterable {
        case before
        case after
    }

    package var kind: Kind
    /// Counts the calls of that kind since the page was armed, from 1.
    package var ordinal: Int
    package var moment: Moment

    /// A point from its parts.
    package init(kind: Kind, ordinal: Int, moment: Moment) {
        self.kind = kind
        self.ordinal = ordinal
        self.moment = moment
    }
}

extension StrikePoint: CustomStringConvertible {
    package var description: String { "\(moment.rawValue) \(kind.rawValue) \(ordinal)" }
}
