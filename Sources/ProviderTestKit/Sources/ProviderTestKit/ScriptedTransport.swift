public import ProviderAPI
import Synchronization

/// An HTTP transport that answers from a script and keeps what it was asked, in order.
///
/// ```swift
/// let transport = ScriptedTransport([.json(#"{"id": "pi_1"}"#), .failure(.unknown(CallFailure("timed out")))])
/// ```
///
/// A request beyond the end of the script fails as not sent, with a message that says so.
public final class ScriptedTransport: HTTPTransport {
    /// What the transport does with one request.
    public enum Step: Sendable {
        /// It answers.
        case answer(HTTPResponse)
        /// It throws.
        case failure(ProviderError)

        /// Answers with JSON and, where given, further header fields.
        public static func json(_ text: String, status: Int = 200, headers: [HTTPField] = []) -> Step {
            .answer(
                HTTPResponse(
                    status: status, headers: [HTTPField("content-type", "application/json")] + headers, body: Array(text.utf8))
            )
        }
    }

    private struct State {
        var steps: [Step]
        var requests: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    /// A transport that answers the first request with the first step, and so on.
    public init(_ steps: [Step]) {
        state = Mutex(State(steps: steps))
    }

    /// The requests so far.
    public var requests: [HTTPRequest] {
        state.withLock { $0.requests }
    }

    /// Keeps the request and takes the next step.
    public func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        let step = state.withLock { state -> Step? in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        switch step {
        case .answer(let response): return response
        case .failure(let error): throw error
        case nil: throw .notSent(CallFailure("the script has no answer left for \(request.method) \(request.url)"))
        }
    }
}
