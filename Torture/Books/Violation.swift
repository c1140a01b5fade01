/// An invariant that does not hold, and where.
package struct Violation: Sendable, Hashable, Codable {
    /// The invariants, as the failure model numbers them.
    package enum Invariant: String, Sendable, Codable, CaseIterable {
        /// At most one effect at the provider per operation.
        case i1 = "I1"
        /// Whatever a client was told is durable; nothing is durable that nobody attempted.
        case i2 = "I2"
        /// No operation is open, and the books equal the provider's.
        case i3 = "I3"
        /// Refunds and reservations never exceed what was captured.
        case i4 = "I4"
        /// Status changes follow the state machine.
        case i5 = "I5"
        /// One idempotency key, one final answer.
        case i6 = "I6"
        /// Each provider event is applied at most once.
        case i7 = "I7"
        /// No secret and no card number where it does not belong.
        case i8 = "I8"
    }

    /// Which one.
    package var invariant: Invariant
    /// What is wrong, with the ids of the operation, transaction or object. Holds no secret.
    package var detail: String

    /// A finding.
    package init(_ invariant: Invariant, _ detail: String) {
        self.invariant = invariant
        self.detail = detail
    }
}

extension Violation: CustomStringConvertible {
    package var description: String { "\(invariant.rawValue): \(detail)" }
}

/// Collects what one invariant finds.
struct Findings {
    private let invariant: Violation.Invariant
    private(set) var violations: [Violation] = []

    init(_ invariant: Violation.Invariant) {
        self.invariant = invariant
    }

    mutating func report(_ detail: String) {
        violations.append(Violation(invariant, detail))
    }

    /// Reports where two values differ that must be equal.
    mutating func compare<Value: Equatable>(_ what: String, _ books: Value?, _ provider: Value?) {
        guard books != provider else { return }
        report("\(what): the books have \(Self.text(books)), the provider \(Self.text(provider))")
    }

    private static func text<Value>(_ value: Value?) -> String { value.map { "\($0)" } ?? "nothing" }
}
