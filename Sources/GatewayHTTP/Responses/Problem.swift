import GatewayCore
import HTTPTypes

/// Errors as `application/problem+json` (RFC 9457). No SQL, path or stack is in them.
enum Problem {
    static let mediaType = "application/problem+json"

    /// The document for an error.
    ///
    /// - Parameter status: another status than the code's, for what HTTP itself refuses.
    static func body(_ error: GatewayError, status: Int? = nil, requestID: String) -> [UInt8] {
        let entry = error.code.entry
        return JSONWriter.object { json in
            json.string("type", "urn:payment-gateway:problem:\(entry.name)")
            json.string("title", entry.title)
            json.integer("status", Int64(status ?? entry.status.code))
            json.string("detail", error.detail)
            json.string("code", entry.name)
            json.string("request_id", requestID)
            if error.code == .paymentDeclined || error.code == .providerRejected {
                json.string("provider_code", error.providerCode)
                json.string("decline_code", error.declineCode)
            }
            if error.code == .paymentInReview { json.string("review_code", error.reviewCode) }
            if !error.fields.isEmpty {
                json.objects("errors", error.fields) { json, field in
                    json.string("field", field.name)
                    json.string("message", field.message)
                }
            }
        }
    }
}
