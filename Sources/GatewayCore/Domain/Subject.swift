import Foundation

/// A user: the `sub` of a token (RFC 7519, section 4.1.2), and the owner of orders and payments. Compared byte for byte.
package struct Subject: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    private let identifier: Identifier

    /// The most Unicode scalars that a subject may have.
    package static let maximumLength = 255

    /// What the owner of an erased order is called begins so. The schema allows a change of the owner to such a name only.
    package static let pseudonymPrefix = "erased-"

    /// Why a text cannot be a subject.
    package enum Refusal: Error, Sendable, Hashable, CaseIterable {
        /// It is empty, or longer than ``Subject/maximumLength``.
        case length
        /// It has a control, format or line separator character.
        case controlCharacter
        /// It is not in Unicode's Normalization Form C: another text would look and compare the same in other programs.
        case notNormalized
        /// It begins with ``Subject/pseudonymPrefix``.
        case pseudonym

        /// What is wrong, as the end of a sentence that names the field.
        package var explanation: String {
            switch self {
            case .length: "must have 1 to \(Subject.maximumLength) characters."
            case .controlCharacter: "must have no control characters."
            case .notNormalized: "must be in Unicode Normalization Form C (NFC)."
            case .pseudonym: "must not begin with '\(Subject.pseudonymPrefix)': users whose data was erased are called so."
            }
        }
    }

    /// The subject with a text that came from a client.
    ///
    /// - Throws: the first ``Refusal`` that applies.
    package init(checking text: String) throws(Refusal) {
        guard (1...Self.maximumLength).contains(text.unicodeScalars.count) else { throw .length }
        if text.unicodeScalars.contains(where: \.isHidden) { throw .controlCharacter }
        let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
        guard isASCII || Identifier(text.precomposedStringWithCanonicalMapping) == Identifier(text) else { throw .notNormalized }
        if text.utf8.starts(with: Self.pseudonymPrefix.utf8) { throw .pseudonym }
        identifier = Identifier(text)
    }

    /// The subject of a row. Rows of earlier versions may have one that ``init(checking:)`` refuses today.
    package init(stored text: String) {
        identifier = Identifier(text)
    }

    /// The subject with the text of the program itself.
    package init(stringLiteral text: String) {
        self.init(stored: text)
    }

    /// The text as it came.
    package var text: String { identifier.text }

    /// The text.
    package var description: String { text }
}

extension Unicode.Scalar {
    /// Whether a terminal, an editor or a viewer of logs may act on it in place of showing it: control and format characters, such as those
    /// that turn the direction of a line, and the separators of lines and paragraphs.
    package var isHidden: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
