/// Takes secrets and card numbers out of text that somebody else wrote, before it reaches an error or the log.
///
/// Providers repeat parameters in their messages ("no such token: ..."), so whatever was sent can come back in one.
struct Redaction: Sendable {
    /// The account's own secrets, to be found wherever they appear.
    let secrets: [String]

    func callAsFunction(_ text: String) -> String {
        var text = text
        for secret in secrets where !secret.isEmpty {
            text = text.replacing(secret, with: "[secret]")
        }
        // The secret of a payer's browser, and 13 to 19 digits in a row, which may be a card number.
        return text.replacing(/\bct_[A-Za-z0-9_]+/, with: "[secret]").replacing(/\d(?:[ \-]?\d){12,18}/, with: "[number]")
    }
}
