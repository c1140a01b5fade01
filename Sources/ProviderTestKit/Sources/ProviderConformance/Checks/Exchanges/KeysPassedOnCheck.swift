import ProviderAPI

extension ConformanceCheck {
    static let keysPassedOn = ConformanceCheck(
        "keys-passed-on",
        title: "Every request that changes something bears the operation's key, unchanged",
        why: "The provider recognises a repeat by the key alone: at most one effect per operation (I1 of the failure model; "
            + "OperationIdentity in ProviderAPI)."
    ) { bench in
        guard let idempotency = bench.recording.description.idempotency else { return Tally() }
        var tally = Tally()
        // A call that only asks (a confirmation that the payer gives elsewhere) changes nothing.
        for sample in bench.samples(where: { $0.kind.mutates && $0.recorded.exchanges.contains(where: bench.bearsKey) }) {
            for operation in [OperationIdentity.testing("op_1"), .withEveryCharacter] {
                var trial = bench.trial(of: sample.recorded)
                trial.operation = operation
                let requests = bench.keyedRequests(of: await bench.run(trial), in: sample.recorded)
                tally.cases += 1
                if requests.isEmpty {
                    tally.find(
                        sample.name, expected: "a request that bears the operation's key",
                        actual: "no request that changes anything")
                }
                for (index, request) in requests.enumerated() where !idempotency.isBorne(by: request, for: operation) {
                    tally.find(
                        sample.place("the key", at: index), expected: idempotency.requirement(for: operation),
                        actual: idempotency.value(in: request) ?? "none")
                }
            }
        }
        return tally
    }
}

extension OperationIdentity {
    /// A key of the greatest length with every character that a key may have.
    fileprivate static var withEveryCharacter: OperationIdentity {
        let visible = (UInt8(ascii: "!")...UInt8(ascii: "~")).map { $0 }
        let bytes = Array("gw-".utf8) + (0..<252).map { visible[$0 % visible.count] }
        return OperationIdentity(id: "op_1", idempotencyKey: String(decoding: bytes, as: UTF8.self))
    }
}
