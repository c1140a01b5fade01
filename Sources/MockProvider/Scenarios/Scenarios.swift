import ProviderAPI
import Synchronization

/// The scenarios of one mock, and how often each has matched.
final class Scenarios: Sendable {
    /// A scenario, the test that it is for, and how often it has matched.
    struct Use: Sendable {
        let scenario: Scenario
        /// Nil where it is for all payments.
        let testID: String?
        fileprivate(set) var count = 0

        /// Whether the call agrees with the scenario, which is not used up.
        fileprivate func takes(_ subject: CallSubject) -> Bool {
            scenario.match.includes(subject) && count < scenario.times ?? .max
        }
    }

    /// By the test that they are for, in the order in which they are tried.
    private let state: Mutex<[String?: [Use]]>

    /// These scenarios, for all payments.
    init(_ scenarios: [Scenario]) {
        state = Mutex([nil: scenarios.map { Use(scenario: $0, testID: nil) }])
    }

    /// Puts others in place of those of a test, or of those for all payments, counted afresh. Calls that met one of those before go on
    /// with it.
    func replace(with scenarios: [Scenario], ofTest testID: String?) {
        state.withLock { $0[testID] = scenarios.isEmpty ? nil : scenarios.map { Use(scenario: $0, testID: testID) } }
    }

    /// Puts scenarios for all payments in place of all others.
    func replaceAll(with scenarios: [Scenario]) {
        state.withLock { $0 = [nil: scenarios.map { Use(scenario: $0, testID: nil) }] }
    }

    /// All of them: those for all payments, then those of each test.
    var uses: [Use] {
        state.withLock { state in
            state.sorted { ($0.key ?? "") < ($1.key ?? "") }.flatMap(\.value)
        }
    }

    /// Whether a call of this kind may match one at all: else nobody needs to know what it is about.
    func mayMatch(_ kind: CallKind) -> Bool {
        state.withLock { $0.values.contains { $0.contains { $0.scenario.match.includes(kind) } } }
    }

    /// The first scenario that matches the call and is not used up, those of the payment's test before those for all; the call is
    /// counted there.
    func use(for subject: CallSubject) -> Scenario? {
        let testID = subject.metadata[TestScope.metadataKey]
        return state.withLock { state in
            for key in testID == nil ? [nil] : [testID, nil] {
                guard let index = state[key]?.firstIndex(where: { $0.takes(subject) }) else { continue }
                state[key]?[index].count += 1
                return state[key]?[index].scenario
            }
            return nil
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
