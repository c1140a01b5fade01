import GatewayLifecycle

/// A breach of one of the rules that hold in every state and step.
package struct Violation: Sendable, Hashable, CustomStringConvertible {
    /// The rule: I1 to I8 are the invariants of docs/failure-model.md, P1 to P5 the properties of docs/lifecycle.md.
    package let rule: String
    /// What is wrong.
    package let text: String

    package var description: String { "\(rule): \(text)" }
}

/// What a move led to, and the first rule that it broke.
package struct Trace: Sendable {
    /// Whether the steps are checked.
    let isChecking: Bool
    /// The first breach.
    package private(set) var violation: Violation?

    /// A trace of nothing.
    package init(isChecking: Bool = true) { self.isChecking = isChecking }

    mutating func fail(_ rule: String, _ text: @autoclosure () -> String) {
        if violation == nil { violation = Violation(rule: rule, text: text()) }
    }
}
