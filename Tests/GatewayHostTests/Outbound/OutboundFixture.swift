import AsyncHTTPClient
import Logging
import MetricsTestKit
import ProviderAPI
import ProviderLoading
import Synchronization
import Testing

@testable import GatewayHost

/// A transport with a client of its own, and what it logged and counted.
struct OutboundFixture: Sendable {
    let client: OutboundClient
    let metrics = TestMetrics()
    let lines = LineRecorder()

    /// Runs `body`, and shuts the client down.
    static func run<Result>(
        limits: OutboundClient.Limits = .init(), body: (OutboundFixture) async throws -> Result
    ) async throws -> Result {
        let fixture = OutboundFixture(client: OutboundClient(limits: limits))
        do {
            let result = try await body(fixture)
            try await fixture.client.shutdown()
            return result
        } catch {
            try await fixture.client.shutdown()
            throw error
        }
    }

    /// A transport that may call the origin of `url`.
    func transport(to url: String, maximumConcurrentRequests: Int = 256) throws -> OutboundTransport {
        OutboundTransport(
            provider: "acme", client: client, origins: [try #require(AllowedOrigin(url: url))],
            maximumConcurrentRequests: maximumConcurrentRequests, logger: lines.logger, metrics: metrics
        )
    }
}

extension CallContext {
    /// A call with so much time to go.
    static func within(_ duration: Duration = .seconds(300)) -> CallContext {
        CallContext(deadline: .now + duration, requestID: "req-1")
    }
}

extension HTTPRequest {
    /// A request with a body, as a payment would be.
    static func post(_ url: String, body: String = "amount=1099") -> HTTPRequest {
        var request = HTTPRequest(method: "POST", url: url)
        request.body = Array(body.utf8)
        return request
    }
}

/// How a request ended, and the words for it.
enum Outcome: Equatable, CustomStringConvertible {
    case answered(Int)
    case notSent(String)
    case unknown(String)
    case other

    var isNotSent: Bool { if case .notSent = self { true } else { false } }
    var isUnknown: Bool { if case .unknown = self { true } else { false } }

    /// The words of the error; empty for an answer.
    var message: String {
        switch self {
        case .notSent(let message), .unknown(let message): message
        case .answered, .other: ""
        }
    }

    var description: String {
        switch self {
        case .answered(let status): "answered \(status)"
        case .notSent(let message): "not sent: \(message)"
        case .unknown(let message): "unknown: \(message)"
        case .other: "other"
        }
    }
}

extension OutboundTransport {
    /// Sends a request and says how it ended.
    func outcome(of request: HTTPRequest, in call: CallContext = .within()) async -> Outcome {
        do throws(ProviderError) {
            return .answered(try await send(request, in: call).status)
        } catch {
            switch error {
            case .notSent(let failure): return .notSent(failure.message)
            case .unknown(let failure): return .unknown(failure.message)
            default: return .other
            }
        }
    }
}

/// A log handler's memory.
final class LineRecorder: Sendable {
    private let state = Mutex<[String]>([])

    /// The lines so far: level, message, and fields with their keys sorted.
    var all: [String] { state.withLock { $0 } }

    /// A logger that writes here, from debug on.
    var logger: Logger { Logger(label: "test") { _ in Handler(recorder: self) } }

    private struct Handler: LogHandler {
        let recorder: LineRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }.map {
                " \($0.key)=\($0.value)"
            }
            recorder.state.withLock { $0.append("\(event.level) \(event.message)\(fields.joined())") }
        }
    }
}

/// Waits until `condition` holds, a minute at most: other tests compute for seconds on the few threads that all share.
func eventually(
    within limit: Duration = .seconds(300), sourceLocation: Testing.SourceLocation = #_sourceLocation, _ condition: () -> Bool
) async throws {
    let end = ContinuousClock.now + limit
    while !condition() {
        try #require(ContinuousClock.now < end, "the condition did not come true in \(limit)", sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(2))
    }
}
