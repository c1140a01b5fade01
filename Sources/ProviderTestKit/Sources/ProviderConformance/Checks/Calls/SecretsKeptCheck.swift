import ProviderAPI

extension ConformanceCheck {
    static let secretsKept = ConformanceCheck(
        "secrets-kept",
        title: "No secret, client secret or card number is in a log line or an error, even where answers repeat them",
        why: "No API or webhook secret and no card number in logs, database, error bodies; client secrets are never logged "
            + "(I8 of the failure model; ProviderLog and ProviderError in ProviderAPI)."
    ) { bench in
        let secrets = SecretWords(of: bench)
        var tally = Tally()
        for named in bench.recording.cases {
            let trial = bench.trial(of: named.recorded)
            tally.check(await bench.run(trial), of: trial, at: named.name, keeps: secrets)
        }
        for (place, trial) in bench.tellingTrials(of: secrets) {
            tally.check(await bench.run(trial), of: trial, at: place, keeps: secrets)
        }
        for bad in bench.recording.description.badSettings ?? [] {
            let trial = Trial(call: .retrieve(id: "none"), settings: bench.settings(bad.settings), steps: [])
            tally.check(await bench.run(trial), of: trial, at: "bad_settings \"\(bad.why)\"", keeps: secrets)
        }
        for delivery in bench.capabilities.webhooks ? bench.deliveries() : [] {
            tally.add(await bench.checkRefusal(of: delivery, keeps: secrets))
        }
        return tally
    }
}

extension Tally {
    fileprivate mutating func check(_ run: TrialRun, of trial: Trial, at place: String, keeps secrets: SecretWords) {
        cases += 1
        for line in run.logBefore + run.log {
            for leak in secrets.leaks(in: line, settings: trial.settings) {
                find(place, expected: "a log without \(leak)", actual: line)
            }
        }
        switch run.result {
        case .failure(let error), .noService(let error):
            for leak in secrets.leaks(in: "\(error) \(JSONValue.outcome(of: error))", settings: trial.settings) {
                find(place, expected: "an error without \(leak)", actual: "\(JSONValue.outcome(of: error))")
            }
        default:
            break
        }
    }
}

extension Workbench {
    /// Delivers a webhook whose body was changed: the refusal tells neither a secret nor the signature that would be right.
    fileprivate func checkRefusal(of delivery: Delivery, keeps secrets: SecretWords) async -> Tally {
        var tally = Tally(cases: 1)
        var changed = delivery.webhook
        changed.body += Array(" ".utf8)
        guard let error = await verify(changed)?.error else { return tally }
        let place = "\(delivery.sample.name): a changed body"
        for leak in secrets.leaks(in: "\(error)", settings: settings()) {
            tally.find(place, expected: "an error without \(leak)", actual: "\(JSONValue.outcome(of: error))")
        }
        if let right = signer.code(of: changed, secret: webhookSecret(in: settings())), "\(error)".contains(right) {
            tally.find(place, expected: "an error without the right signature", actual: "\(JSONValue.outcome(of: error))")
        }
        return tally
    }

    /// Calls whose answers repeat what was sent, and ones that bring a card number in place of a token.
    fileprivate func tellingTrials(of secrets: SecretWords) -> [(String, Trial)] {
        refusals().flatMap { named -> [(String, Trial)] in
            var trial = trial(of: named.recorded)
            trial.steps = trial.steps.map { secrets.repeated(in: $0) }
            return [("\(named.name): the answer repeats secrets", trial)]
        }
            + samples(perKind: 1).flatMap { sample in
                secrets.errors.map { name, response in
                    var trial = trial(of: sample.recorded)
                    trial.steps = []
                    trial.then = .answer(response)
                    return (sample.place(name, at: 0), trial)
                }
            }
            + samples(perKind: 1, where: { $0.kind == .confirm }).flatMap { sample -> [(String, Trial)] in
                guard case .confirm(let id, _, let returnURL) = sample.recorded.call else { return [] }
                return [ScriptedTransport.Step.connectionRefused, .lost].map { step in
                    var trial = trial(of: sample.recorded)
                    trial.call = .confirm(id: id, paymentMethod: SecretWords.cardNumber, returnURL: returnURL)
                    trial.steps = []
                    trial.then = step
                    return ("\(sample.name): a card number in place of a token, and no answer", trial)
                }
            }
    }

    /// The first recorded cases of each kind that the provider refused.
    private func refusals() -> [NamedCase] {
        let refused = recording.cases.filter { !$0.recorded.succeeds && !$0.recorded.exchanges.isEmpty }
        return Dictionary(grouping: refused, by: \.recorded.call.kind).values.flatMap { $0.prefix(8) }.sorted {
            $0.name < $1.name
        }
    }
}
