/// Text that names one thing: an id, a key, a user, a provider. Two are equal only if their UTF-8 bytes are.
///
/// `String` compares by canonical equivalence (Unicode, section 3.7): to it `\u{212A}elvin` is `Kelvin`. SQLite, JSON Web Tokens
/// (RFC 7519, section 2, "StringOrURI") and providers compare bytes. An identity that two parts of the program compare in different ways
/// gives one user the payments of another, so text from outside is compared, hashed and looked up as an `Identifier`.
package struct Identifier: Sendable, Hashable, CustomStringConvertible {
    /// The text as it came.
    package let text: String

    /// The identifier with this text.
    package init(_ text: String) {
        self.text = text
    }

    /// Compares UTF-8 bytes.
    package static func == (left: Identifier, right: Identifier) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    /// Hashes UTF-8 bytes.
    package func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// The text.
    package var description: String { text }
}

extension String {
    /// Returns whether both have the same UTF-8 bytes; ids are compared with this and not with `==`.
    package func isIdentical(to other: String) -> Bool {
        Identifier(self) == Identifier(other)
    }

    /// Returns whether both have the same UTF-8 bytes, or both are missing.
    package static func areIdentical(_ left: String?, _ right: String?) -> Bool {
        left.map(Identifier.init) == right.map(Identifier.init)
    }
}
