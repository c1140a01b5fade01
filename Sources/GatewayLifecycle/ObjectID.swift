/// A provider's id of an intent, a refund or a dispute.
///
/// Two ids are equal if their bytes are. Swift's `String` compares by canonical equivalence, under which two different ids can be
/// equal.
package struct ObjectID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The id as the provider wrote it.
    package let text: String

    /// An id as the provider wrote it.
    package init(_ text: String) { self.text = text }

    package static func == (left: ObjectID, right: ObjectID) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    package static func < (left: ObjectID, right: ObjectID) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(0xFF))
    }

    package var description: String { text }
}
