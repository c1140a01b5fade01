import Foundation
import GatewayCore
import NIOCore
import NIOHTTP1

/// Why a request is refused before a route sees it, and what the client is answered.
struct RequestRefusal: Sendable {
    /// The status.
    let status: HTTPResponseStatus
    /// What is wrong, and how to fix it.
    let detail: String
    /// What it is counted as.
    let event: SecurityEvent
    /// Whether the answer has a body: an answer to HEAD has none.
    var hasBody = true

    init(_ status: HTTPResponseStatus, _ detail: String, event: SecurityEvent = .badFraming) {
        self.status = status
        self.detail = detail
        self.event = event
    }

    /// A head that did not arrive in time.
    static let late = RequestRefusal(
        .requestTimeout, "The head of the request did not arrive in time. Send the request again on a new connection.",
        event: .slowRequest)

    /// What the HTTP decoder found; nil for an error that is not the client's.
    init?(decoding error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            self.init(
                .requestHeaderFieldsTooLarge,
                "The head may have 100 header fields of 16 KiB each, and 32 KiB altogether. Send fewer or shorter fields.")
        // The decoder pauses at the preface of HTTP/2.
        case HTTPParserError.invalidVersion, HTTPParserError.paused:
            self.init(.httpVersionNotSupported, "The gateway speaks HTTP/1.1. Send the request with that version.")
        case HTTPParserError.invalidContentLength, HTTPParserError.unexpectedContentLength:
            self.init(.badRequest, "The Content-Length must be one number, and must not stand beside Transfer-Encoding.")
        case HTTPParserError.invalidChunkSize:
            self.init(.badRequest, "The size of a chunk is not a hexadecimal number followed by CRLF.")
        case is HTTPParserError, is ByteToMessageDecoderError, is NIOHTTPDecoderError:
            self.init(.badRequest, "The request does not follow HTTP/1.1 (RFC 9112).")
        default:
            return nil
        }
    }

    /// A time as the header `Date` has it (RFC 9110, section 5.6.7).
    ///
    /// - Parameter seconds: since the Unix epoch.
    static func date(_ seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        var text = [CChar](repeating: 0, count: 40)
        // The process never sets a locale, so the names of days and months are English.
        let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The answer, a problem document.
    func response() -> (head: HTTPResponseHead, body: ByteBuffer) {
        let requestID = RequestID.make()
        let body = ByteBuffer(
            bytes: Problem.body(GatewayError(.malformedRequest, detail), status: Int(status.code), requestID: requestID))
        let headers: HTTPHeaders = [
            "content-type": Problem.mediaType, "content-length": "\(body.readableBytes)", "x-request-id": requestID,
            "x-content-type-options": "nosniff", "cache-control": "no-store", "connection": "close",
            "date": Self.date(time(nil)), "server": GatewayServer.name,
        ]
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), body)
    }
}
