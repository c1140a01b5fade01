import ProviderAPI

/// A sample whose answer the suite changes in one place.
struct StruckAnswer: Sendable {
    let sample: Sample
    /// Which exchange holds the place: the last that does, since that decides the outcome.
    let index: Int
    /// The value as recorded.
    let recorded: JSONValue
    private let place: String
    private let response: HTTPResponse

    /// Nil where no answer of the sample has the place.
    init?(_ sample: Sample, at place: KeyPath<ProviderDescription.Places, String?>, in answers: ProviderDescription.Answers?) {
        let places: ProviderDescription.Places? =
            switch sample.kind {
            case .create, .retrieve, .confirm, .capture, .cancel, .findIntent: answers?.paymentIntent
            case .refund, .retrieveRefund: answers?.refund
            case .listRefunds, .listDisputes, .findRefund, .listEvents, .webhook: nil
            }
        guard let path = places?[keyPath: place] else { return nil }
        for index in sample.recorded.exchanges.indices.reversed() {
            guard let response = sample.answer(at: index)?.response,
                let value = AnswerEditor.scalar(path, in: response.body)
            else { continue }
            (self.sample, self.index, self.response, self.place, recorded) = (sample, index, response, path, value)
            return
        }
        return nil
    }

    /// The answer with `value` at the place.
    func step(with value: JSONValue) -> ScriptedTransport.Step {
        var response = response
        response.body = AnswerEditor.replacing(place, in: response.body) { _ in value } ?? response.body
        return .answer(response)
    }
}

extension Workbench {
    /// Samples whose answers hold what provider.json's `answers` names.
    func struckAnswers(at place: KeyPath<ProviderDescription.Places, String?>) -> [StruckAnswer] {
        let answers = recording.description.answers
        return samples { StruckAnswer($0, at: place, in: answers) != nil }
            .compactMap { StruckAnswer($0, at: place, in: answers) }
    }

    /// Runs the sample with `value` in place of what was recorded.
    func run(_ answer: StruckAnswer, with value: JSONValue) async -> TrialRun {
        var trial = trial(of: answer.sample.recorded)
        trial.steps[answer.index] = answer.step(with: value)
        return await run(trial)
    }
}
