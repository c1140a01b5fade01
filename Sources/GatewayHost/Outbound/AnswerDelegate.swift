import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import ProviderAPI
import ProviderLoading
import Synchronization

/// Collects one answer, up to a limit, and knows whether the request went out.
///
/// The client calls ``didSendRequestHead(task:_:)`` in the same turn of the event loop in which it wrote the head to the
/// connection, and with ``OutboundClient``'s one loop no failure can overtake it.
/// A failure that comes without that call therefore means that the server has no whole head. The call may come although the head
/// still waits in a buffer: such a request counts as sent, which is the harmless error of the two.
final class AnswerDelegate: HTTPClientResponseDelegate {
    private struct State {
        var isHeadSent = false
        var head: HTTPResponseHead?
        var body = ByteBuffer()
    }

    private let state = Mutex(State())
    private let method: HTTPMethod
    private let maximumBytes: Int

    /// A delegate for one request.
    ///
    /// - Parameters:
    ///   - method: the request's method; an answer to HEAD announces a body that doesn't come.
    ///   - maximumBytes: the largest body that is accepted.
    init(request method: HTTPMethod, maximumBytes: Int) {
        self.method = method
        self.maximumBytes = maximumBytes
    }

    /// What the caller is told when the exchange ended with `cause` instead of an answer.
    func failure(of origin: AllowedOrigin, cause: any Error) -> ProviderError {
        let (isHeadSent, head) = state.withLock { ($0.isHeadSent, $0.head) }
        guard isHeadSent else {
            return .notSent(CallFailure("nothing was sent to \(origin): \(FailureCause(cause))"))
        }
        var failure = CallFailure("the request went out to \(origin), but no whole answer came: \(FailureCause(cause))")
        failure.requestID = head?.headers.providerRequestID
        return .unknown(failure)
    }

    func didSendRequestHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPRequestHead) {
        state.withLock { $0.isHeadSent = true }
    }

    func didReceiveHead(task: HTTPClient.Task<HTTPResponse>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        let announced = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        guard method == .HEAD || announced <= maximumBytes else {
            return task.eventLoop.makeFailedFuture(AnswerTooLarge(maximumBytes: maximumBytes))
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<HTTPResponse>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let fits = state.withLock { state in
            guard state.body.readableBytes + buffer.readableBytes <= maximumBytes else { return false }
            state.body.writeImmutableBuffer(buffer)
            return true
        }
        return fits
            ? task.eventLoop.makeSucceededVoidFuture()
            : task.eventLoop.makeFailedFuture(AnswerTooLarge(maximumBytes: maximumBytes))
    }

    func didFinishRequest(task: HTTPClient.Task<HTTPResponse>) throws -> HTTPResponse {
        let (head, body) = state.withLock { ($0.head, $0.body) }
        guard let head else { throw HTTPClientError.remoteConnectionClosed }
        let headers = head.headers.describingDecodedBody.map { HTTPField($0.name, $0.value) }
        return HTTPResponse(status: Int(head.status.code), headers: headers, body: Array(buffer: body))
    }
}

/// The answer's body passes the limit.
struct AnswerTooLarge: Error {
    /// The limit.
    let maximumBytes: Int
}

extension HTTPHeaders {
    /// The provider's id of the request, under the names that are in use for it.
    fileprivate var providerRequestID: String? {
        ProviderRequestID.headerNames.lazy.compactMap { first(name: $0) }.first
    }

    /// Without the fields that were true of the compressed body only, where the client has decompressed it.
    fileprivate var describingDecodedBody: HTTPHeaders {
        guard let coding = self[canonicalForm: "Content-Encoding"].first?.lowercased(), ["gzip", "deflate"].contains(coding)
        else {
            return self
        }
        return HTTPHeaders(filter { !["content-encoding", "content-length"].contains($0.name.lowercased()) })
    }
}

/// Where a provider says under which id it knows a request.
enum ProviderRequestID {
    /// Header names, most specific first.
    static let headerNames = ["Request-Id", "X-Request-Id"]
}
