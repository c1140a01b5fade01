package import ProviderAPI

/// A single value of providers.yaml: its text and what says how it may be read.
///
/// It may be a secret, so that printing and dumping it show a placeholder.
package struct ConfigurationScalar: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// How much of a text came from `${NAME}`.
    package enum Substitution: Sendable, Hashable {
        /// Nothing: it stands in the file.
        case none
        /// A part.
        case partial
        /// All of it: `"${NAME}"`. Its quotes belong to the reference, and its value may be a number or yes and no.
        case whole
    }

    /// The text, references replaced.
    package var text: String
    /// Whether it stands without quotes, so that YAML gives it a type.
    package var isPlain: Bool
    /// How much of it came from references.
    package var substitution: Substitution = .none
    /// Whether each reference in it has a default, so that the file itself allows an empty text: `${NAME:-}`.
    package var mayBeEmpty = false

    /// Whether the text has a type by its looks: a plain literal, or what a reference came to.
    private var isTyped: Bool {
        switch substitution {
        case .none: isPlain
        case .partial: false
        case .whole: true
        }
    }

    /// Whether it is YAML's null, by the core schema of YAML 1.2.
    private var isNull: Bool {
        substitution == .none && isPlain && ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// Whether there is nothing here: null, an empty text, or a reference that came to nothing.
    package var isAbsent: Bool {
        isNull || text.isEmpty
    }

    /// Whether it is an empty text that the file does not allow: `""`, or `${NAME}` of a variable that is empty.
    var isEmptyByMistake: Bool {
        text.isEmpty && !isNull && !mayBeEmpty
    }

    /// The text, unless YAML gives a plain literal another type.
    package var string: String? {
        if substitution == .none, isPlain, isNull || bool != nil || looksNumeric { return nil }
        return text
    }

    /// Yes or no, by the core schema of YAML 1.2: `true` and `false` only.
    package var bool: Bool? {
        guard isTyped else { return nil }
        return switch text {
        case "true", "True", "TRUE": true
        case "false", "False", "FALSE": false
        default: nil
        }
    }

    /// A whole number in decimal digits.
    package var integer: Int64? {
        isTyped && looksNumeric ? Int64(text) : nil
    }

    /// The value in the terms of the SDK. A number with a fraction, or beyond 64 bits, stays text.
    package var settingValue: SettingValue {
        if isNull { return .null }
        if let bool { return .bool(bool) }
        if let integer { return .integer(integer) }
        return .string(text)
    }

    /// What kind of value it is, for messages.
    var kindName: String {
        if isAbsent { return "empty" }
        if bool != nil { return "yes or no" }
        return isTyped && looksNumeric ? "a number" : "text"
    }

    /// Digits with at most a sign, a fraction and an exponent.
    private var looksNumeric: Bool {
        text.wholeMatch(of: /[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/) != nil
    }

    /// A placeholder.
    package var description: String { "<value>" }
    /// Nothing: `dump` shows stored properties otherwise.
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
