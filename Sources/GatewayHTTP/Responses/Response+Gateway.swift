import GatewayCore
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// JSON.
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    /// An answer of the core, with the header fields that belong to it.
    static func answer(_ answer: GatewayAnswer) -> Response {
        var response = json(answer.stored.body, status: HTTPResponse.Status(code: answer.stored.status))
        if answer.stored.status >= 400 { response.headers[.contentType] = Problem.mediaType }
        if answer.isReplay { response.headers[.idempotencyReplayed] = "true" }
        if let id = answer.location { response.headers[.location] = "/api/v1/payments/transactions/\(id)" }
        if let seconds = answer.retryAfterSeconds { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }
}
