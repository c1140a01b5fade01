/// Takes secrets and card numbers out of text that somebody else wrote, before it reaches an error or the log.
///
/// Stripe repeats parameters in its messages ("No such payment_intent: '...'"), so whatever a client sent can come back in one.
struct Redaction: Sendable {
    /// The account's own secrets, to be found wherever they appear.
    let secrets: [String]

    func callAsFunction(_ text: String) -> String {
        var text = text
        for secret in secrets where !secret.isEmpty {
            text = text.replacing(secret, with: "[secret]")
        }
        return
            text
            .replacing(/(sk|rk|whsec)_[A-Za-z0-9_*]+/, with: "[secret]")
            .replacing(/_secret_[A-Za-z0-9]+/, with: "_secret_[secret]")
            .replacing(/\d(?:[ \-]?\d){12,18}/, with: "[number]")
    }
}
