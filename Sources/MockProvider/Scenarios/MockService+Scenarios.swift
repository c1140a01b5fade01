import ProviderAPI

extension MockService {
    /// Carries out a call that changes something, and lets its scenario strike.
    ///
    /// - Parameters:
    ///   - subject: what the request says it is about; the intent with this id, where there is one, tells the rest.
    ///   - decide: checks the request against the books and says what is to change; it throws a refusal.
    ///   - answer: what the line of the journal is answered with. It throws a decline.
    func perform<Answer: FalsifiableAnswer>(
        _ request: some Fingerprinted, about subject: CallSubject, ofIntent id: String?, as operation: OperationIdentity,
        in call: CallContext,
        decide: (Books, Timestamp, Scenario?) throws(ProviderError) -> Change,
        answer: (JournalEntry) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        let scenario = try await meetScenario(subject, in: call) { books throws(ProviderError) in
            guard let id else { return nil }
            return try books.intentIfKnown(id)
        }
        let result: Result<Answer, ProviderError>
        do throws(ProviderError) {
            let entry = try ledger.change(subject.kind.rawValue, request, as: operation, in: scenario) {
                books throws(ProviderError) in
                guard let id else { return subject.metadata[TestScope.metadataKey] }
                return try books.intentIfKnown(id)?.testID
            } decide: { books, now throws(ProviderError) in
                try decide(books, now, scenario)
            }
            // Deliberate: the module crashes as a faulty one does, with the effect in the journal and nobody told of it.
            precondition(scenario?.fault != .trap, "a scenario of the mock provider lets it crash here")
            if entry.isAnsweredWithError { throw .serverError }
            result = .success(try answer(entry))
        } catch .notSent(let failure) {
            // The journal could not be written. That is no answer of the provider's which a fault could spoil.
            throw .notSent(failure)
        } catch {
            result = .failure(error)
        }
        return try await deliver(result, spoiltBy: scenario?.fault, in: call)
    }

    /// Lets a scenario strike that matches a look-up.
    func meetScenario(
        ofLookup call: CallContext, about intent: (Books) throws(ProviderError) -> IntentRecord?
    ) async throws(ProviderError) {
        _ = try await meetScenario(CallSubject(.retrieve), in: call, about: intent)
    }

    /// What happens to a call before the provider looks at it.
    ///
    /// - Returns: the scenario that matched.
    private func meetScenario(
        _ subject: CallSubject, in call: CallContext, about intent: (Books) throws(ProviderError) -> IntentRecord?
    ) async throws(ProviderError) -> Scenario? {
        let kind = subject.kind
        // Without a scenario nobody needs to know what the call is about.
        guard scenarios.mayMatch(kind) else { return nil }
        let intent = try ledger.look(intent)
        guard let scenario = scenarios.use(for: subject.completed(by: intent)) else { return nil }
        let fields = [
            "scenario": String(scenario.index), "operation": kind.rawValue, "fault": scenario.fault?.rawValue ?? "none",
        ]
        host.log.write(.debug, "A call matches a scenario of the mock.", fields: fields)

        if scenario.delay > .zero { try await wait(scenario.delay, in: call) }
        switch scenario.fault {
        case .refuse: throw .unreachable
        case .rateLimit: throw .rateLimited
        case .hangBeforeEffect: throw await silence(in: call)
        case .error500BeforeEffect where kind == .retrieve: throw .serverError
        default: return scenario
        }
    }

    /// What happens to an answer on its way. A decline and a refusal are answers too.
    private func deliver<Answer: FalsifiableAnswer>(
        _ result: Result<Answer, ProviderError>, spoiltBy fault: Fault?, in call: CallContext
    ) async throws(ProviderError) -> Answer {
        switch fault {
        case .hangAfterEffect: throw await silence(in: call)
        case .garbage: throw .unreadable
        case .wrongAmount: return try result.falsified(\.withWrongAmount, \.withWrongAmount).get()
        case .wrongID:
            // Another seed's: no object here ever bears it.
            let others = ObjectIDs(seed: ~settings.seed)
            return try result.falsified({ $0.withWrongID(from: others) }, { $0.withWrongID(from: others) }).get()
        default: return try result.get()
        }
    }

    /// Waits, and no longer than the call may take.
    private func wait(_ duration: Duration, in call: CallContext) async throws(ProviderError) {
        let left = max(call.deadline - .now, .zero)
        do {
            try await host.clock.sleep(for: min(duration, left))
        } catch {
            throw .unanswered(isCancelled: true)
        }
        if duration >= left { throw .unanswered(isCancelled: false) }
    }

    /// Waits until the call ends, and says how it did.
    private func silence(in call: CallContext) async -> ProviderError {
        do throws(ProviderError) {
            try await wait(.seconds(Int64.max), in: call)
            return .unanswered(isCancelled: false)
        } catch {
            return error
        }
    }
}

extension Result where Failure == ProviderError {
    /// The answer, or the intent that a decline shows, falsified.
    fileprivate func falsified(
        _ answer: (Success) -> Success, _ intent: (PaymentIntent) -> PaymentIntent
    ) -> Result<Success, ProviderError> {
        map(answer).mapError { error in
            guard case .declined(var decline) = error else { return error }
            decline.paymentIntent = decline.paymentIntent.map(intent)
            return .declined(decline)
        }
    }
}
