import Foundation
import Logging
import Metrics
import ProviderAPI

/// Counts, times and logs what a transport does, without secrets: no query, no header's value but the provider's id of the
/// request, no body.
struct OutboundObserver: Sendable {
    /// The provider's name in providers.yaml.
    let provider: String
    /// Where lines go.
    let logger: Logger
    /// What makes counters and timers.
    let metrics: any MetricsFactory

    /// Notes how one request ended.
    func record(_ request: HTTPRequest, in call: CallContext, result: Result<HTTPResponse, ProviderError>, duration: Duration) {
        let method = RequestScreen.methods.contains(request.method) ? request.method : "other"
        let dimensions = [("provider", provider), ("method", method), ("outcome", outcome(of: result))]
        Counter(label: "provider_http_requests_total", dimensions: dimensions, factory: metrics).increment()
        Timer(label: "provider_http_request_duration_seconds", dimensions: dimensions, factory: metrics)
            .record(duration: duration)

        let url = URL(string: request.url, encodingInvalidCharacters: false)
        var fields: Logger.Metadata = [
            "provider": "\(provider)",
            "request_id": "\(call.requestID)",
            "method": "\(method)",
            "host": "\(url?.host(percentEncoded: true) ?? "-")",
            "path": "\(url?.path(percentEncoded: true) ?? "-")",
            "duration_ms": .stringConvertible(
                duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000),
        ]
        switch result {
        case .success(let response):
            fields["status"] = .stringConvertible(response.status)
            fields["provider_request_id"] = ProviderRequestID.headerNames.lazy.compactMap(response.header).first.map { "\($0)" }
            logger.debug("provider answered", metadata: fields)
        case .failure(.notSent(let failure)):
            fields["cause"] = "\(failure.message)"
            logger.warning("request to provider not sent", metadata: fields)
        case .failure(.unknown(let failure)):
            fields["cause"] = "\(failure.message)"
            fields["provider_request_id"] = failure.requestID.map { "\($0)" }
            logger.warning("request to provider without an answer", metadata: fields)
        case .failure:
            logger.error("request to provider ended as no transport may end one", metadata: fields)
        }
    }

    /// How requests end, as metrics name it.
    static let outcomes = ["2xx", "3xx", "4xx", "5xx", "not_sent", "unknown"]

    private func outcome(of result: Result<HTTPResponse, ProviderError>) -> String {
        switch result {
        case .success(let response): "\(response.status / 100)xx"
        case .failure(.notSent): "not_sent"
        case .failure: "unknown"
        }
    }
}
