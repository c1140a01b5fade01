import AsyncHTTPClient
import Logging
import Metrics
import NIOCore
import ProviderAPI
import ProviderLoading
import Synchronization

/// A provider's HTTP client: the host's side of ``HTTPTransport``.
///
/// It calls only the origins it was given, keeps the call's deadline, follows no redirect and repeats nothing.
/// Its errors say whether the request's head was written: before that nothing can have happened at the provider
/// (``ProviderError/notSent(_:)``), from then on anything may have (``ProviderError/unknown(_:)``), whatever the error's name is.
/// A server that closes a kept connection just as the next request goes out is such a case.
final class OutboundTransport: HTTPTransport {
    private let provider: String
    private let http: HTTPClient
    private let maximumAnswerBytes: Int
    private let screen: RequestScreen
    private let maximumConcurrentRequests: Int
    private let observer: OutboundObserver
    private let requestsUnderWay = Mutex(0)

    /// The transport of one provider.
    ///
    /// - Parameters:
    ///   - provider: the provider's name in providers.yaml.
    ///   - client: shared by all transports, and shut down after them.
    ///   - origins: what the provider may call, those of the URLs in its settings and its own webhook URL.
    ///   - userAgent: sent where a request has no `User-Agent` of its own.
    ///   - maximumConcurrentRequests: how many requests may be under way, connecting included, so that a provider that hangs can't take
    ///     up the whole process.
    ///   - logger: gets a line for each request: method, host, path, status and duration, nothing else of its content.
    ///   - metrics: makes the counter `provider_http_requests_total` and the timer `provider_http_request_duration_seconds`.
    init(
        provider: String, client: OutboundClient, origins: Set<AllowedOrigin>, userAgent: String = "payment-gateway",
        maximumConcurrentRequests: Int = 256, logger: Logger, metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.provider = provider
        http = client.next()
        maximumAnswerBytes = client.limits.maximumAnswerBytes
        self.screen = RequestScreen(provider: provider, origins: origins, userAgent: userAgent)
        self.maximumConcurrentRequests = maximumConcurrentRequests
        self.observer = OutboundObserver(provider: provider, logger: logger, metrics: metrics)
    }

    /// Sends one request and waits for the whole answer, see ``HTTPTransport/send(_:in:)``.
    func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        let start = ContinuousClock.now
        let result: Result<HTTPResponse, ProviderError>
        do throws(ProviderError) {
            result = .success(try await exchange(request, in: call))
        } catch {
            result = .failure(error)
        }
        observer.record(request, in: call, result: result, duration: .now - start)
        return try result.get()
    }

    private func exchange(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        let (outgoing, origin) = try screen.admit(request, in: call)
        let remaining = call.deadline - .now
        guard remaining > .zero else {
            throw .notSent(CallFailure("nothing was sent to \(origin): the call's deadline had passed"))
        }
        guard !Task.isCancelled else {
            throw .notSent(CallFailure("nothing was sent to \(origin): the call was cancelled"))
        }
        guard enter() else {
            throw .notSent(
                CallFailure(
                    "nothing was sent to \(origin): provider \(provider) has \(maximumConcurrentRequests) requests under way, "
                        + "which is the limit; try again later"
                )
            )
        }
        defer { leave() }

        let delegate = AnswerDelegate(request: outgoing.method, maximumBytes: maximumAnswerBytes)
        // An hour at most: the sum of a deadline in the far future and now would overflow.
        let deadline = NIODeadline.now() + TimeAmount(min(remaining, .seconds(3600)))
        let task = http.execute(request: outgoing, delegate: delegate, deadline: deadline)
        do {
            return try await withTaskCancellationHandler {
                try await task.futureResult.get()
            } onCancel: {
                task.cancel()
            }
        } catch {
            throw delegate.failure(of: origin, cause: error)
        }
    }

    private func enter() -> Bool {
        requestsUnderWay.withLock { count in
            guard count < maximumConcurrentRequests else { return false }
            count += 1
            return true
        }
    }

    private func leave() {
        requestsUnderWay.withLock { $0 -= 1 }
    }
}
