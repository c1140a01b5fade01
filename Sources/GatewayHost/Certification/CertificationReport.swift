import ProviderConformance
import ProviderLoading

/// What `gateway certify` has found out about a module.
struct CertificationReport: Codable, Sendable {
    /// The module's file name.
    var module: String
    /// Where it is, links followed.
    var path: String
    /// The SHA-256 of its content, in lower-case hexadecimal.
    var sha256: String
    /// The contract's major version that it was built for.
    var abi: UInt32
    /// The Swift compiler that built it.
    var compiler: String
    /// The version of the gateway that looked at it.
    var gateway: String
    /// The folder of the recorded exchanges.
    var recording: String
    /// How many cases are recorded there.
    var recordedCases: Int
    /// When, as RFC 3339.
    var at: String
    /// How long the checks took, in milliseconds.
    var milliseconds: Int
    /// The checks.
    var conformance: ConformanceReport

    enum CodingKeys: String, CodingKey {
        case module, path, sha256, abi, compiler, gateway, recording, at, milliseconds, conformance
        case recordedCases = "recorded_cases"
    }

    /// Whether it may have a certificate.
    var passed: Bool { conformance.passed }

    /// How many checks ended so.
    func count(_ status: ConformanceReport.Status) -> Int {
        conformance.results.count { $0.status == status }
    }

    /// The certificate of a module that passed.
    var certificate: ModuleCertificate {
        ModuleCertificate(
            module: module, sha256: sha256, abi: abi, compiler: compiler, gateway: gateway, issuedAt: at,
            checks: conformance.results.map {
                ModuleCertificate.Check(check: $0.check, status: $0.status.rawValue, cases: $0.cases)
            })
    }
}
