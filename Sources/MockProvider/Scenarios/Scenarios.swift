import ProviderAPI
import Synchronization

/// The scenarios of one mock, and how often each has matched.
final class Scenarios: Sendable {
    private struct State {
        var all: [Scenario]
        var uses: [Int]

        init(_ scenarios: [Scenario]) {
            all = scenarios
            uses = Array(repeating: 0, count: scenarios.count)
        }
    }

    private let state: Mutex<State>

    /// These scenarios, in the order in which they are tried.
    init(_ scenarios: [Scenario]) {
        state = Mutex(State(scenarios))
    }

    /// Puts others in place of all, counted afresh. Calls that met one of those before go on with it.
    func replace(with scenarios: [Scenario]) {
        state.withLock { $0 = State(scenarios) }
    }

    /// All of them, each with how often it has matched.
    var uses: [(scenario: Scenario, count: Int)] {
        state.withLock { state in zip(state.all, state.uses).map { ($0, $1) } }
    }

    /// Whether a call of this kind may match one at all: else nobody needs to know what it is about.
    func mayMatch(_ kind: CallKind) -> Bool {
        state.withLock { $0.all.contains { $0.match.includes(kind) } }
    }

    /// The first scenario that matches the call and is not used up; the call is counted there.
    func use(for subject: CallSubject) -> Scenario? {
        state.withLock { state in
            let index = state.all.indices.first { index in
                state.all[index].match.includes(subject) && state.uses[index] < state.all[index].times ?? .max
            }
            guard let index else { return nil }
            state.uses[index] += 1
            return state.all[index]
        }
    }
}

/// What a call is about, as scenarios tell calls apart.
struct CallSubject: Sendable {
    let kind: CallKind
    private(set) var amount: Int64?
    private(set) var currency: Currency?
    private(set) var token: String?
    private(set) var metadata: [String: String]

    /// What the request itself says.
    init(_ kind: CallKind, amount: Money? = nil, token: String? = nil, metadata: [String: String] = [:]) {
        self.kind = kind
        self.amount = amount?.minorUnits
        currency = amount?.currency
        self.token = token
        self.metadata = metadata
    }

    /// The same, with what only the intent can tell.
    func completed(by intent: IntentRecord?) -> CallSubject {
        guard let intent else { return self }
        var subject = self
        subject.amount = amount ?? intent.amount
        subject.currency = currency ?? intent.currency
        subject.token = token ?? intent.paymentMethod
        subject.metadata = intent.metadata
        return subject
    }
}

extension Scenario.Match {
    /// Whether calls of this kind can agree.
    fileprivate func includes(_ kind: CallKind) -> Bool {
        if let operation { operation == kind } else { kind != .retrieve }
    }

    /// Whether the call agrees with all that is given.
    fileprivate func includes(_ subject: CallSubject) -> Bool {
        guard includes(subject.kind) else { return false }
        if let amount, amount != subject.amount { return false }
        if let currency, currency != subject.currency { return false }
        if let token, subject.token.map(token.rawValue.isIdentical) != true { return false }
        return metadata.allSatisfy { subject.metadata[$0.key]?.isIdentical(to: $0.value) == true }
    }
}
