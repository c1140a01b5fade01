/// Ids and keys are compared as bytes, as Stripe does: to `==`, `\u{212A}ey` is `Key` (canonical equivalence, Unicode, section 3.7).
extension String {
    /// Returns whether both have the same UTF-8 bytes.
    func isIdentical(to other: String) -> Bool { utf8.elementsEqual(other.utf8) }

    /// A hash of the UTF-8 bytes.
    var hashOfBytes: Int {
        var hasher = Hasher()
        var text = self
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        return hasher.finalize()
    }
}
