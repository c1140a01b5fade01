import Foundation

/// What `gateway certify` gives a module that passed: bound to its content and to the contract's version.
///
/// It is a note, not a seal: whoever can write beside the module can write one. What it protects from is a module that was built anew
/// and never certified, or certified for another gateway.
package struct ModuleCertificate: Codable, Sendable, Hashable {
    /// What came of one check.
    package struct Check: Codable, Sendable, Hashable {
        /// The check's id, such as `lost-answer`.
        package var check: String
        /// `passed` or `not_applicable`.
        package var status: String
        /// How many cases it went through.
        package var cases: Int

        /// What came of a check.
        package init(check: String, status: String, cases: Int) {
            self.check = check
            self.status = status
            self.cases = cases
        }
    }

    /// The form of this file.
    package var format = 1
    /// The module's file name when it was certified.
    package var module: String
    /// The SHA-256 of the module's file, in lower-case hexadecimal.
    package var sha256: String
    /// The contract's major version.
    package var abi: UInt32
    /// The Swift compiler that built the module.
    package var compiler: String
    /// The version of the gateway that certified it.
    package var gateway: String
    /// When, as RFC 3339.
    package var issuedAt: String
    /// What came of each check.
    package var checks: [Check]

    enum CodingKeys: String, CodingKey {
        case format, module, sha256, abi, compiler, gateway, checks
        case issuedAt = "issued_at"
    }

    /// A certificate.
    package init(
        module: String, sha256: String, abi: UInt32, compiler: String, gateway: String, issuedAt: String, checks: [Check]
    ) {
        self.module = module
        self.sha256 = sha256
        self.abi = abi
        self.compiler = compiler
        self.gateway = gateway
        self.issuedAt = issuedAt
        self.checks = checks
    }
}

extension ModuleCertificate {
    /// Whether a module is certified.
    package enum Standing: Sendable, Hashable, Codable {
        /// It is, since this time (RFC 3339).
        case certified(at: String)
        /// There is no certificate at this path.
        case missing(path: String)
        /// There is one, and it is not of this module or this gateway, or cannot be read.
        case invalid(path: String, cause: String)

        /// Why it is not certified, with the correction; nil where it is.
        package var objection: String? {
            switch self {
            case .certified: nil
            case .missing(let path): "has no certificate (\(path)); \(Self.correction)"
            case .invalid(let path, let cause): "has a certificate that does not hold (\(path): \(cause)); \(Self.correction)"
            }
        }

        private static let correction = "run `gateway certify` with the provider's recording"
    }

    private static let sizeLimit = 1 << 20

    /// Where the certificate of a module's file is: beside it.
    package static func path(ofModule path: String) -> String { path + ".certificate.json" }

    /// Reads the certificate beside a module's file, and compares.
    ///
    /// - Parameters:
    ///   - path: the module's file.
    ///   - digest: the SHA-256 of the content that is loaded.
    ///   - abi: the contract's version of this gateway.
    package static func standing(ofModule path: String, digest: String, abi: UInt32) -> Standing {
        let path = Self.path(ofModule: path)
        guard let handle = FileHandle(forReadingAtPath: path) else { return .missing(path: path) }
        guard let data = try? handle.read(upToCount: sizeLimit),
            let certificate = try? JSONDecoder().decode(Self.self, from: data), certificate.format == 1
        else { return .invalid(path: path, cause: "it is no certificate") }
        if let fault = FileTrust.fault(of: path) { return .invalid(path: path, cause: fault.reason) }
        guard certificate.sha256 == digest else {
            return .invalid(
                path: path, cause: "it is of a file with the SHA-256 \(certificate.sha256), and this one's is \(digest)")
        }
        guard certificate.abi == abi else {
            return .invalid(
                path: path, cause: "it is for version \(certificate.abi) of the provider ABI, and this gateway has \(abi)")
        }
        return .certified(at: certificate.issuedAt)
    }

    /// Writes it beside the module's file, whole or not at all.
    ///
    /// - Returns: where it is.
    package func write(besideModule module: String) throws -> String {
        let path = Self.path(ofModule: module)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (try encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
        return path
    }
}
