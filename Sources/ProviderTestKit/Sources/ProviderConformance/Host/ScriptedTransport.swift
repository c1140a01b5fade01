public import ProviderAPI
import Synchronization

/// An HTTP transport that answers from a script and keeps what it was asked, in order.
///
/// ```swift
/// let transport = ScriptedTransport([.lost, .after(.milliseconds(20), .json(#"{"id": "pay_1"}"#))])
/// let service = try await AcmeModule().makeService(host: .testing(settings: settings, http: transport))
/// _ = try await service.retrievePaymentIntent("pay_1", in: .testing())
///
/// var expected = HTTPRequest(method: "GET", url: "https://api.acme.example/payments/pay_1")
/// expected.headers = [HTTPField("Authorization", "Bearer key_test")]
/// #expect(transport.requests == [expected, expected])
/// ```
///
/// It keeps a call's deadline and its cancellation as the gateway's own transport does: a request that is on its way then ends as
/// ``ProviderError/unknown(_:)``, one that would only start then as ``ProviderError/notSent(_:)``. Calls that run at once may
/// each have a script of their own: see ``script(_:then:forCall:)``.
///
/// A request beyond the end of the script fails as not sent, with a message that says so.
public final class ScriptedTransport: HTTPTransport {
    private struct Script {
        var steps: [Step]
        var then: Step?

        mutating func next() -> Step? {
            steps.isEmpty ? then : steps.removeFirst()
        }
    }

    private struct State {
        var common: Script
        var scripts: [String: Script] = [:]
        var sent: [SentRequest] = []
    }

    private let state: Mutex<State>

    /// A transport that answers the first request with the first step, and so on, and each request beyond them with `then`.
    public init(_ steps: [Step], then: Step? = nil) {
        state = Mutex(State(common: Script(steps: steps, then: then)))
    }

    /// Gives the call with this ``CallContext/requestID`` a script of its own, whatever other calls run beside it.
    public func script(_ steps: [Step], then: Step? = nil, forCall requestID: String) {
        state.withLock { $0.scripts[requestID] = Script(steps: steps, then: then) }
    }

    /// The requests so far, of all calls.
    public var requests: [HTTPRequest] {
        sent.map(\.request)
    }

    /// The requests so far, with what they were sent in.
    public var sent: [SentRequest] {
        state.withLock { $0.sent }
    }

    /// The requests so far of the call with this ``CallContext/requestID``.
    public func requests(ofCall requestID: String) -> [HTTPRequest] {
        sent.filter { $0.call.requestID == requestID }.map(\.request)
    }

    /// Keeps the request and takes the next step.
    public func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        let isLate = call.deadline <= .now
        let isCancelled = Task.isCancelled
        let step = state.withLock { state -> Step? in
            state.sent.append(SentRequest(request: request, call: call, isLate: isLate, isCancelled: isCancelled))
            // A request that never starts uses up no answer.
            guard !isLate, !isCancelled else { return nil }
            return state.scripts[call.requestID] == nil
                ? state.common.next() : state.scripts[call.requestID, default: Script(steps: [])].next()
        }
        if isLate { throw .notSent(CallFailure("nothing was sent: the call's deadline had passed")) }
        if isCancelled { throw .notSent(CallFailure("nothing was sent: the call was cancelled")) }
        guard let step else {
            throw .notSent(CallFailure("the script has no answer left for \(request.method) \(request.url)"))
        }
        return try await step.perform(until: call.deadline)
    }
}

/// A request that a provider handed to a ``ScriptedTransport``.
public struct SentRequest: Sendable {
    /// The request.
    public let request: HTTPRequest
    /// The call that the provider sent it in.
    public let call: CallContext
    /// Whether the call's deadline had passed by then.
    public let isLate: Bool
    /// Whether the call had been cancelled by then.
    public let isCancelled: Bool
}
