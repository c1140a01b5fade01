import Testing
import TortureBooks

/// One thing that a broken gateway would leave behind, and the finding that must come of it.
struct Doctoring: Sendable, CustomTestStringConvertible {
    let invariant: Violation.Invariant
    /// Part of the finding's words.
    let finding: String
    let apply: @Sendable (inout RecordedBooks) throws -> Void

    init(_ invariant: Violation.Invariant, _ finding: String, _ apply: @escaping @Sendable (inout RecordedBooks) throws -> Void) {
        self.invariant = invariant
        self.finding = finding
        self.apply = apply
    }

    /// Changes the database only.
    init(_ invariant: Violation.Invariant, _ finding: String, sql: String) {
        self.init(invariant, finding) { try $0.doctor(sql) }
    }

    /// Changes one answer only.
    init(
        _ invariant: Violation.Invariant, _ finding: String, told number: Int, _ change: @escaping @Sendable (inout Told) -> Void
    ) {
        self.init(invariant, finding) { $0.retell(number, change) }
    }

    /// Changes one line of the journal only.
    init(_ invariant: Violation.Invariant, _ finding: String, line: Line, _ change: @escaping @Sendable (String) -> String) {
        self.init(invariant, finding) { $0.change(line, change) }
    }

    var testDescription: String { "\(invariant.rawValue): \(finding)" }
}
