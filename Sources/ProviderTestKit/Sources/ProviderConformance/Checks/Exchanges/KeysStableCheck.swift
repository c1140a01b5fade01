import ProviderAPI

extension ConformanceCheck {
    static let keysStable = ConformanceCheck(
        "keys-stable",
        title: "The same operation again sends the same bytes, and another operation has another key",
        why:
            "The gateway repeats a call whose outcome is not known, perhaps after a restart; a provider answers a known key with "
            + "other parameters by an error (\"Operations and keys\" in the guide of ProviderAPI)."
    ) { bench in
        guard let idempotency = bench.recording.description.idempotency else { return Tally() }
        var tally = Tally()
        for sample in bench.samples(where: { $0.kind.mutates }) {
            tally.cases += 1
            let first = await bench.run(bench.trial(of: sample.recorded))
            // Another process, an hour later.
            var again = bench.trial(of: sample.recorded)
            again.random = { SeededRandom(seed: 2) }
            again.clock = { ManualClock(WebhookSigner.now.advanced(by: .seconds(3600))) }
            let second = await bench.run(again)
            let (before, after) = (
                bench.keyedRequests(of: first, in: sample.recorded), bench.keyedRequests(of: second, in: sample.recorded)
            )
            for (index, (one, other)) in zip(before, after).enumerated() {
                if let difference = one.difference(from: other, in: idempotency) {
                    tally.find(
                        sample.place("the same operation again", at: index), expected: "the same bytes under the same key",
                        actual: difference)
                }
            }

            var another = bench.trial(of: sample.recorded)
            another.operation = .testing("op_2")
            let third = await bench.run(another)
            if let request = bench.keyedRequests(of: third, in: sample.recorded).first,
                !idempotency.isBorne(by: request, for: another.operation)
            {
                tally.find(
                    "\(sample.name): another operation", expected: idempotency.requirement(for: another.operation),
                    actual: idempotency.value(in: request) ?? "none")
            }
        }
        return tally
    }
}

extension HTTPRequest {
    /// Where a repeat differs in what a provider compares. Other headers may: a date, a signature over it.
    fileprivate func difference(from other: HTTPRequest, in idempotency: ProviderDescription.Idempotency) -> String? {
        if (method, url) != (other.method, other.url) { return "\(method) \(url), then \(other.method) \(other.url)" }
        if body != other.body {
            return "the body \(String(decoding: body, as: UTF8.self)), then \(String(decoding: other.body, as: UTF8.self))"
        }
        let (key, otherKey) = (idempotency.value(in: self), idempotency.value(in: other))
        return key == otherKey ? nil : "the key \(key ?? "none"), then \(otherKey ?? "none")"
    }
}
