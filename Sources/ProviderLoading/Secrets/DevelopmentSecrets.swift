package import Logging
package import ProviderAPI

/// Secrets that a development gateway makes up where the configuration leaves them empty: random, kept in files of mode 0600
/// below `var/secrets` beside providers.yaml, the same at the next start. There is no built-in secret that anyone could know.
package struct DevelopmentSecrets: Sendable {
    /// The name under which the key of bearer tokens is kept.
    package static let signingSecretName = "jwt-secret"

    /// Bytes of randomness in a secret; its text has two hexadecimal digits for each.
    private static let byteCount = 32

    private let environment: GatewayEnvironment
    private let directory: SecretDirectory
    private let logger: Logger
    private let keepsNew: Bool
    private let makeRandom: @Sendable () -> any RandomNumberGenerator

    /// The secrets beside a configuration file.
    ///
    /// - Parameters:
    ///   - baseDirectory: the folder of providers.yaml.
    ///   - keepsNew: whether a new secret is written down; false for commands that only look.
    ///   - makeRandom: makes the source of randomness for one secret; the system's unless a test needs another.
    package init(
        environment: GatewayEnvironment, baseDirectory: String, logger: Logger, keepsNew: Bool = true,
        makeRandom: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() }
    ) {
        self.environment = environment
        self.directory = SecretDirectory(parent: baseDirectory + "/var")
        self.logger = logger
        self.keepsNew = keepsNew
        self.makeRandom = makeRandom
    }

    /// The key of bearer tokens: the configured one, else the made-up one of a development gateway; nil where a key set is used.
    ///
    /// - Throws: ``DevelopmentSecretError``.
    package func signingSecret(for configuration: GatewayConfiguration) throws -> SecretText? {
        switch configuration.authentication.keys {
        case .sharedSecret(let secret): try secret ?? self.secret(named: Self.signingSecretName)
        case .keySetFile, .keySetURL: nil
        }
    }

    /// The made-up secret of a name: the one that is kept, else a new one. The log says which, and never shows it.
    ///
    /// - Parameter name: letters, digits, `.`, `_` and `-`, for it becomes a file's name.
    /// - Throws: ``DevelopmentSecretError``.
    package func secret(named name: String) throws -> SecretText {
        guard environment == .development else {
            throw DevelopmentSecretError(name: name, message: "production makes up no secret; configure one")
        }
        guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,127}/) != nil else {
            throw DevelopmentSecretError(name: name, message: "the name can't be that of a file; use letters, digits, ., _ and -")
        }
        if let kept = try directory.read(name) {
            logger.info(
                "using a secret made up for development",
                metadata: ["secret": "\(name)", "file": "\(directory.path(of: name))"])
            return kept
        }
        var random = makeRandom()
        let digits = (0..<Self.byteCount).map { _ in UInt8.random(in: .min ... .max, using: &random) }.hexadecimal
        guard keepsNew else { return SecretText(digits) }
        guard try directory.create(name, holding: SecretText(digits)) else {
            // Another process made it in between: both must use the same.
            guard let kept = try directory.read(name) else {
                let message = "\(directory.path(of: name)) appeared and went away again; start anew"
                throw DevelopmentSecretError(name: name, message: message)
            }
            return kept
        }
        logger.notice(
            "made a random secret for development, because the configuration has none",
            metadata: ["secret": "\(name)", "file": "\(directory.path(of: name))"])
        return SecretText(digits)
    }
}

/// A secret that can't be made up or read back. It never holds the secret.
package struct DevelopmentSecretError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The secret's name.
    package let name: String
    /// What is wrong, and what to do about it.
    package let message: String

    /// One line.
    package var description: String { "secret \(name): \(message)" }
}

extension Sequence where Element == UInt8 {
    /// Two lower-case hexadecimal digits for each byte.
    var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
