/// A request that a client can send again, byte for byte.
struct Call: Sendable {
    /// The method.
    var method = "POST"
    /// Path and query below `/api/v1`.
    var path: String
    /// The body; nil for none.
    var body: String?
    /// The type of the body.
    var contentType = "application/json"
    /// The header `Idempotency-Key`.
    var key: String?
    /// Further headers.
    var headers: [(name: String, value: String)] = []

    /// A read.
    static func get(_ path: String) -> Call { Call(method: "GET", path: path) }
}

/// Why a client got no answer.
enum NoAnswer: Error, Sendable {
    /// The connection was refused, reset or closed before a byte of an answer, or none came in time.
    case reset(String)
    /// An answer began and did not end.
    case torn(status: Int, String)
}
