import GatewayCore
import HTTPTypes
import Hummingbird
import Logging
import Metrics
import NIOCore

/// The outermost layer of every request: it gives the request its id, turns whatever is thrown into a problem document, and writes
/// one log line and the metrics.
struct RequestBoundary: RouterMiddleware {
    let logger: Logger
    let refusals: RefusalLog

    /// - Parameter refusals: where requests are logged that were refused before anything was done; nil for a log of its own.
    init(logger: Logger, refusals: RefusalLog? = nil) {
        self.logger = logger
        self.refusals = refusals ?? RefusalLog(logger: logger)
    }

    func handle(
        _ request: Request, context: GatewayContext, next: @concurrent (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        let started = ContinuousClock.now
        var context = context
        context.requestID = RequestID.taken(over: request.headers[.requestID]) ?? RequestID.make()
        var response: Response
        var fields = Logger.Metadata(minimumCapacity: 6)
        do {
            response = try await next(request, context)
        } catch {
            let problem = problem(for: error, context: context)
            Self.securityEvent(of: problem)?.count()
            fields["code"] = "\(problem.code.entry.name)"
            response = self.response(to: problem, context: context)
        }
        response.headers[.requestID] = context.requestID
        response.headers[.contentTypeOptions] = "nosniff"
        let duration = ContinuousClock.now - started
        // The route's pattern, not the path: a path can hold what must not be logged.
        let route = context.endpointPath ?? "none"
        // Answers hold client secrets and payments: no browser and no proxy may keep them. The router passes over empty segments of a path.
        if route.hasPrefix("/api/v1/") || request.uri.path.hasPrefix("/api/v1/") {
            response.headers[.cacheControl] = "no-store"
        }
        Timer(
            label: "gateway_http_request_seconds",
            dimensions: [("method", request.method.rawValue), ("route", route), ("status", "\(response.status.code)")]
        ).record(duration: duration)
        fields["method"] = .string(request.method.rawValue)
        fields["route"] = .string(route)
        fields["status"] = .stringConvertible(response.status.code)
        fields["duration_us"] = .stringConvertible(duration.microseconds)
        fields["request_id"] = .string(context.requestID)
        if Self.refusedStatuses.contains(response.status.code) {
            refusals.line("Request answered.", fields)
        } else {
            logger.info("Request answered.", metadata: fields)
        }
        return response
    }

    /// The statuses of requests that are refused by their form, their token or their route, before anything is done.
    private static let refusedStatuses: Set = [400, 401, 403, 404, 405, 408, 413, 415, 429]

    private static func securityEvent(of problem: GatewayError) -> SecurityEvent? {
        switch problem.code {
        case .unauthenticated: .authenticationFailed
        case .forbidden: .accessDenied
        case .invalidSignature: .signatureFailed
        default: nil
        }
    }

    private func response(to problem: GatewayError, context: GatewayContext) -> Response {
        let status = problem.code.entry.status
        var headers: HTTPFields = [.contentType: Problem.mediaType]
        if let seconds = problem.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
        if problem.code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
        if let scope = problem.requiredScope {
            headers[.wwwAuthenticate] = "Bearer error=\"insufficient_scope\", scope=\"\(scope.rawValue)\""
        }
        if !problem.allowedMethods.isEmpty { headers[.allow] = problem.allowedMethods.joined(separator: ", ") }
        // The rest of a body that was refused unread would be taken for the next request.
        if problem.code == .payloadTooLarge { headers[.connection] = "close" }
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: Problem.body(problem, requestID: context.requestID)))
        )
    }

    /// The constraints that two requests at the same moment can meet; any other that refuses is a mistake of ours.
    private static let racedConstraints: Set = [
        "payment_transactions.version", "payment_transactions.order_id", "operations.transaction_id",
        "idempotency_keys.owner, idempotency_keys.key",
    ]

    private func problem(for error: any Error, context: GatewayContext) -> GatewayError {
        switch error {
        case let error as GatewayError:
            return error
        case StoreError.unavailable:
            return GatewayError(.unavailable, "The database cannot take this now; nothing was done.").retry(afterSeconds: 1)
        case StoreError.constraint(let name) where Self.racedConstraints.contains(name):
            logger.info(
                "A constraint of the database refused the later of two requests.",
                metadata: ["constraint": "\(name)", "request_id": "\(context.requestID)"]
            )
            return GatewayError(.invalidState, "Another request has changed this at the same moment. Try again.").retry(
                afterSeconds: 1)
        case is CancellationError:
            return GatewayError(.unavailable, "The request was given up before it was answered.").retry(afterSeconds: 1)
        case is BrokenBody:
            return GatewayError(.malformedRequest, "The framing of the body is broken (RFC 9112). Send the request again.")
        case let error as HTTPError where error.status == .notFound:
            return GatewayError(.notFound, "There is no such path.")
        case let error as HTTPError where error.status == .contentTooLarge:
            return GatewayError(.payloadTooLarge, "The body is larger than is taken here.")
        case let error as any HTTPResponseError where (400..<500).contains(error.status.code):
            return GatewayError(.malformedRequest, "The request cannot be read.")
        default:
            // Of the store's errors all may be told: they hold names of the schema and SQLite's codes, never values.
            let cause = (error as? StoreError).map { "\($0)" } ?? "\(type(of: error))"
            logger.error("An unexpected error.", metadata: ["error": "\(cause)", "request_id": "\(context.requestID)"])
            return GatewayError(.internal, "Something went wrong; the operator finds it in the log under this request_id.")
        }
    }
}

extension Duration {
    /// Whole microseconds, rounded down.
    fileprivate var microseconds: Int64 { components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000 }
}

extension HTTPField.Name {
    /// The request's id.
    static let requestID = headerName("X-Request-Id")
    /// Whether the answer was given before.
    static let idempotencyReplayed = headerName("Idempotency-Replayed")
    /// The client's key for safe retries.
    static let idempotencyKey = headerName("Idempotency-Key")
    /// The W3C trace context.
    static let traceparent = headerName("traceparent")
    /// Keeps browsers from guessing a body's type.
    static let contentTypeOptions = headerName("X-Content-Type-Options")
    /// How much of a page's address browsers tell the pages that it links to.
    static let referrerPolicy = headerName("Referrer-Policy")

    private static func headerName(_ name: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(name) else { preconditionFailure("\(name) is not the name of a header field") }
        return name
    }
}
