/// Takes keys, hashes and card numbers out of text that Paynow wrote, before it reaches an error or the log, and cuts it short.
///
/// A complaint about a hash quotes how the right one begins.
struct Redaction: Sendable {
    let keys: [String]

    func callAsFunction(_ text: String) -> String {
        var text = text
        for key in keys { text = text.replacing(key, with: "[secret]") }
        text =
            text
            .replacing(/(?i)(hash should start with:\s*)[0-9a-f]+/) { "\($0.1)[hash]" }
            .replacing(/[0-9A-Fa-f]{128}/, with: "[hash]")
            .replacing(/\d(?:[ \-]?\d){12,18}/, with: "[number]")
        return String(text.prefix(200))
    }
}
