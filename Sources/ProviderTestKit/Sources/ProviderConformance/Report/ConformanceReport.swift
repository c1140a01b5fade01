public import ProviderAPI

/// What a run of the suite found, check by check.
public struct ConformanceReport: Sendable, Codable {
    /// The module that was checked.
    public var module: ModuleInformation
    /// One result a check, in the order of ``Conformance/checks``.
    public var results: [Result]

    /// Whether no check failed.
    public var passed: Bool {
        results.allSatisfy { $0.status != .failed }
    }

    /// What one check found.
    public struct Result: Sendable, Codable {
        /// The check's id, such as `lost-answer`.
        public var check: String
        /// What it checks, in a sentence.
        public var title: String
        /// Which rule that is, and where it comes from.
        public var why: String
        /// How it ended.
        public var status: Status
        /// How many cases it tried.
        public var cases: Int
        /// What is wrong; empty where it passed.
        public var findings: [Finding]
        /// Why it does not apply.
        public var reason: String?
    }

    /// How a check ended.
    public enum Status: String, Sendable, Codable {
        /// Everything it tried was right.
        case passed
        /// There are findings.
        case failed
        /// The module or its protocol has nothing that it could try; ``Result/reason`` says why.
        case notApplicable = "not_applicable"
    }

    /// One thing that is wrong.
    public struct Finding: Sendable, Codable, Hashable {
        /// The recorded case, and what was done to it, such as `refund/whole: answer lost at request 1`.
        public var place: String
        /// What should have come of it.
        public var expected: String
        /// What came of it. Secrets of the recording may be quoted: they are made up.
        public var actual: String

        private enum CodingKeys: String, CodingKey {
            case place = "case"
            case expected
            case actual
        }
    }
}

extension ConformanceReport.Finding: CustomStringConvertible {
    /// In one line.
    public var description: String { "\(place): expected \(expected); got \(actual)" }
}
