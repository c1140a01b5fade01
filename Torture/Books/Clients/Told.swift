/// One whole answer that a client got.
package struct Told: Sendable, Codable, Hashable {
    /// The id of the REST request.
    package var requestID: String
    /// The method.
    package var method: String
    /// The path, with its query.
    package var path: String
    /// The header `Idempotency-Key`.
    package var key: String?
    /// The status.
    package var status: Int
    /// The body.
    package var body: String
    /// Whether it said `Idempotency-Replayed: true`.
    package var isReplay: Bool
    /// Who asked, in any words: the same key of two callers is two keys. Nil where all keys of the run are different.
    package var caller: String?

    /// An answer.
    package init(
        requestID: String, method: String, path: String, key: String?, status: Int, body: String, isReplay: Bool,
        caller: String? = nil
    ) {
        self.requestID = requestID
        self.method = method
        self.path = path
        self.key = key
        self.status = status
        self.body = body
        self.isReplay = isReplay
        self.caller = caller
    }
}

extension Told {
    /// A success that will not change.
    var isFinalSuccess: Bool { (200..<300).contains(status) && status != 202 }

    /// The code of a problem document (RFC 9457).
    var code: String? { status >= 400 ? JSON(parsing: body)?["code"]?.string : nil }

    /// Whether it says that the same request is being worked on, or that the key belongs to another request: no answer to the request.
    var isAboutKey: Bool { code == "idempotency_in_flight" || code == "idempotency_key_reused" }
}
