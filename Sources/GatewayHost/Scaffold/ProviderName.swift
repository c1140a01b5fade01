/// The name of a new provider, in each spelling that its package needs: `acme-pay` is `AcmePay` in Swift.
struct ProviderName: Sendable, Hashable {
    /// As in providers.yaml and in URLs: `acme-pay`.
    let dashed: String

    /// The name that Templates/Provider is written with.
    static let ofTemplate = ProviderName(words: ["acme", "pay"])

    /// Modules that come with the gateway, and words that would make types of the SDK's names: `PaymentService`,
    /// `ProviderModule`, `WebhookEvent`.
    private static let taken: Set<String> = ["mock", "stripe", "payment", "provider", "webhook"]

    /// Reads a name.
    ///
    /// - Throws: ``ScaffoldError`` that says the rule.
    init(_ text: String) throws(ScaffoldError) {
        guard text.wholeMatch(of: /[a-z][a-z0-9]*(-[a-z0-9]+)*/) != nil, text.utf8.count <= 32 else {
            throw ScaffoldError(
                "a provider's name has at most 32 lower-case letters and digits, starts with a letter, and may have single dashes "
                    + "within, such as acme or acme-pay; it is part of URLs and of Swift names")
        }
        guard !Self.taken.contains(text) else {
            throw ScaffoldError("the name \(text) is taken by the gateway or its SDK; choose another, such as \(text)-pay")
        }
        dashed = text
    }

    private init(words: [String]) {
        dashed = words.joined(separator: "-")
    }

    private var words: [Substring] { dashed.split(separator: "-") }
    private var capitalized: [String] { words.map { $0.prefix(1).uppercased() + $0.dropFirst() } }

    /// As in Swift's types: `AcmePay`.
    var type: String { capitalized.joined() }
    /// As in names of Python files: `acme_pay`.
    var underscored: String { words.joined(separator: "_") }
    /// As in environment variables: `ACME_PAY`.
    var variable: String { underscored.uppercased() }
    /// As in names of header fields: `Acme-Pay`.
    var header: String { capitalized.joined(separator: "-") }
    /// For people: `Acme Pay`.
    var title: String { capitalized.joined(separator: " ") }

    /// All spellings, in a fixed order. Of a name of two words each is distinct, and none is part of another.
    var spellings: [String] { [type, title, header, dashed, underscored, variable] }

    /// The module's file.
    var library: String { "lib\(type)Provider.so" }
}
