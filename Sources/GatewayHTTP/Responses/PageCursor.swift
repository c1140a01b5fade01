import Foundation
import GatewayCore
import ProviderAPI

/// The opaque text that names where the next page starts.
enum PageCursor {
    /// The cursor after the row with this id, in the order of creation.
    static func text(after id: Int64) -> String {
        encode("v1:\(id)")
    }

    /// The cursor after a transaction, in the order of changes. It holds the time that the transaction had: one that changes afterwards
    /// moves, and the next page starts where it did all the same.
    static func text(after position: TransactionQuery.UpdatePosition) -> String {
        encode("v1u:\(position.updatedAt.unixMilliseconds):\(position.id)")
    }

    /// The id in a cursor of the order of creation; nil where it is none.
    static func id(in text: String) -> Int64? {
        guard let plain = decode(text), plain.hasPrefix("v1:"), let id = Int64(plain.dropFirst(3)), id >= 1 else { return nil }
        return id
    }

    /// The place in a cursor of the order of changes; nil where it is none.
    static func update(in text: String) -> TransactionQuery.UpdatePosition? {
        guard let parts = decode(text)?.split(separator: ":", omittingEmptySubsequences: false), parts.count == 3,
            parts[0] == "v1u",
            let time = Int64(parts[1]), let id = Int64(parts[2]), id >= 1
        else { return nil }
        return TransactionQuery.UpdatePosition(updatedAt: Timestamp(unixMilliseconds: time), id: id)
    }

    private static func encode(_ plain: String) -> String {
        Data(plain.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
    }

    private static func decode(_ text: String) -> String? {
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).flatMap { String(data: $0, encoding: .utf8) }
    }
}
