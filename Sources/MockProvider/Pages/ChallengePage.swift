import Foundation
import ProviderAPI

/// The page on which a payer answers a 3-D Secure challenge, or a test does so in their place.
enum ChallengePage {
    /// What the payer does.
    enum Outcome: String {
        case approve
        case decline
        /// They leave without an answer.
        case giveUp = "give_up"

        /// Reads the page's form.
        init?(form body: [UInt8]) {
            var components = URLComponents()
            components.percentEncodedQuery = String(decoding: body, as: UTF8.self)
            guard let value = components.queryItems?.first(where: { $0.name == "outcome" })?.value else { return nil }
            self.init(rawValue: value)
        }
    }

    /// What a payer who declines leaves on the intent, in Stripe's words.
    static let failure = FailureRecord(
        code: "payment_intent_authentication_failure", declineCode: nil,
        message: "The provided payment method has failed authentication. You can provide payment_method_data or a new "
            + "PaymentMethod to attempt to fulfill this PaymentIntent again."
    )

    private static let folder = "/three-d-secure/"

    /// The page's path below the pages URL.
    static func path(of challenge: String) -> String { folder + challenge }

    /// The challenge's id in a path; nil for another path.
    static func challenge(in path: String) -> String? {
        path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : nil
    }

    /// Asks the payer.
    static func question(about intent: IntentRecord) -> PageResponse {
        let amount = Money(minorUnits: intent.amount, currency: intent.currency)
        return page(
            200, "Confirm your payment",
            """
            <p>The shop asks for <strong>\(escaped(amount.description))</strong>. This is a test payment: no money moves.</p>
            <form method="post">
            <button name="outcome" value="approve">Approve</button>
            <button name="outcome" value="decline">Decline</button>
            <button name="outcome" value="give_up">Give up</button>
            </form>
            """
        )
    }

    /// Sends the payer back to the shop, or says how it went where the shop gave no address.
    static func answered(_ intent: IntentRecord, _ outcome: Outcome, returnURL: String?) -> PageResponse {
        let (title, status) =
            switch outcome {
            case .approve: ("Payment approved", "succeeded")
            case .decline: ("Payment declined", "failed")
            case .giveUp: ("Payment not confirmed", "pending")
            }
        var response = message(200, title, "You can close this page.")
        guard let returnURL, var components = URLComponents(string: returnURL) else { return response }
        components.queryItems =
            (components.queryItems ?? []) + [
                URLQueryItem(name: "payment_intent", value: intent.id),
                URLQueryItem(name: "redirect_status", value: status),
            ]
        guard let location = components.string else { return response }
        response.status = 303
        response.headers.append(HTTPField("Location", location))
        return response
    }

    /// The challenge was answered before, or given up, or never there.
    static var over: PageResponse {
        message(404, "Nothing to confirm", "This payment does not wait for an answer here, or no longer.")
    }

    /// A page with one sentence.
    static func message(_ status: Int, _ title: String, _ sentence: String) -> PageResponse {
        page(status, title, "<p>\(escaped(sentence))</p>")
    }

    /// The page loads nothing, runs nothing, and no other page may frame it: a frame could have the payer press a button unseen.
    /// There is no form-action: browsers hold the redirect after the form to it, and the shop may be anywhere.
    private static let protection = [
        HTTPField("Content-Security-Policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        HTTPField("X-Frame-Options", "DENY"), HTTPField("Referrer-Policy", "no-referrer"), HTTPField("Cache-Control", "no-store"),
    ]

    private static func page(_ status: Int, _ title: String, _ content: String) -> PageResponse {
        let html = """
            <!doctype html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(escaped(title))</title></head>
            <body><h1>\(escaped(title))</h1>
            \(content)
            </body>
            </html>

            """
        var response = PageResponse(status: status, contentType: "text/html; charset=utf-8", body: Array(html.utf8))
        response.headers = protection
        return response
    }

    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
            .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
    }
}
