import ArgumentParser

/// Something that strikes gateways and holds what is left of them against the failure model.
protocol Check: Sendable {
    /// What `--only` and the report call it.
    var name: String { get }
    /// What it does, in one line.
    var summary: String { get }

    /// Runs it.
    ///
    /// - Throws: only where it could not be carried out; a breach of the failure model is a finding of the outcome.
    func run(on stage: Stage) async throws -> Outcome
}

/// How much of everything.
enum Scale: String, Sendable, Codable, EnumerableFlag {
    /// A few minutes for all checks, on two cores with a debug build.
    case short
    /// What a release is held to.
    case long

    /// The number for this scale.
    func pick<Value>(short: Value, long: Value) -> Value { self == .short ? short : long }
}

/// A breach of the failure model, or something that kept a check from being carried out.
struct Finding: Sendable, Hashable, Codable {
    /// The invariant, such as `I3`; `check` where a check could not be carried out, `answer` and `stop` for what the failure model
    /// says about answers and about SIGTERM.
    let rule: String
    /// What is wrong, with the ids.
    let detail: String
}
