public import ProviderAPI

extension ScriptedTransport {
    /// What the transport does with one request.
    public indirect enum Step: Sendable {
        /// It answers.
        case answer(HTTPResponse)
        /// It throws.
        case failure(ProviderError)
        /// It never answers: the call ends at its deadline.
        case hang
        /// It waits, and then takes another step.
        case after(Duration, Step)

        /// Answers with JSON and, where given, further header fields.
        public static func json(_ text: String, status: Int = 200, headers: [HTTPField] = []) -> Step {
            .answer(
                HTTPResponse(
                    status: status, headers: [HTTPField("content-type", "application/json")] + headers, body: Array(text.utf8))
            )
        }

        /// Nothing was sent: the connection was refused, or torn before the first byte of the request.
        public static var connectionRefused: Step {
            .failure(.notSent(CallFailure("nothing was sent: connection refused")))
        }

        /// The request went out, and the connection was torn before an answer came: it may have been carried out.
        public static var lost: Step {
            .failure(.unknown(CallFailure("the request went out, but the connection was closed before an answer")))
        }
    }
}

extension ScriptedTransport.Step {
    func perform(until deadline: ContinuousClock.Instant) async throws(ProviderError) -> HTTPResponse {
        switch self {
        case .answer(let response):
            return response
        case .failure(let error):
            throw error
        case .hang:
            try await Self.wait(until: deadline)
            throw Self.deadlinePassed
        case .after(let delay, let step):
            let time = ContinuousClock.now + delay
            try await Self.wait(until: min(time, deadline))
            guard time < deadline else { throw Self.deadlinePassed }
            return try await step.perform(until: deadline)
        }
    }

    private static var deadlinePassed: ProviderError {
        .unknown(CallFailure("the request went out, but no whole answer came: the call's deadline passed"))
    }

    private static func wait(until time: ContinuousClock.Instant) async throws(ProviderError) {
        do {
            try await Task.sleep(until: time, clock: .continuous)
        } catch {
            throw .unknown(CallFailure("the request went out, but no whole answer came: the call was cancelled"))
        }
    }
}
