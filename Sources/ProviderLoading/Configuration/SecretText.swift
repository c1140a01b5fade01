/// Text that must not be shown: printing, dumping and interpolating it give a placeholder.
package struct SecretText: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself. Pass it to what needs it and nowhere else.
    package let revealed: String

    /// Hides a text.
    package init(_ text: String) {
        revealed = text
    }

    /// A placeholder.
    package var description: String { "<secret>" }
    /// A placeholder.
    package var debugDescription: String { description }
    /// Nothing: `dump` shows stored properties otherwise.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
