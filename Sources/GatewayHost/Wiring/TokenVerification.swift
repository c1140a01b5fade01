import Foundation
import GatewayHTTP
import Logging
import ProviderAPI
import ProviderLoading

/// The verifier of bearer tokens that the configuration asks for, and what keeps its keys up to date.
struct TokenVerification: Sendable {
    let verifier: TokenVerifier
    /// Reads the key set again; nil with a shared secret.
    let refresh: KeySetRefresh?

    /// Reads the keys. A gateway that cannot check tokens must not start.
    ///
    /// - Throws: ``KeySetError``, `DevelopmentSecretError`.
    static func make(
        for configuration: GatewayConfiguration, client: OutboundClient, clock: any ProviderClock, logger: Logger
    ) async throws -> TokenVerification {
        let authentication = configuration.authentication
        switch authentication.keys {
        case .sharedSecret:
            let secrets = DevelopmentSecrets(
                environment: configuration.environment, baseDirectory: configuration.baseDirectory, logger: logger
            )
            guard let secret = try secrets.signingSecret(for: configuration) else {
                throw KeySetError(place: "auth.secret", reason: "there is no secret")
            }
            let verifier = try await TokenVerifier.hmac(
                secret: secret.revealed, rules: TokenRules(authentication), clock: clock)
            return TokenVerification(verifier: verifier, refresh: nil)
        case .keySetFile(let path, let algorithm):
            return try await keySet(
                at: path, algorithm: algorithm?.rawValue, rules: TokenRules(authentication), clock: clock, logger: logger
            ) { try contents(of: path) }
        case .keySetURL(let url, let algorithm):
            return try await keySet(
                at: url, algorithm: algorithm?.rawValue, rules: TokenRules(authentication), clock: clock, logger: logger
            ) { try await download(url, with: client, logger: logger) }
        }
    }

    /// Reads the text of a file.
    ///
    /// - Throws: ``KeySetError``.
    static func contents(of path: String) throws -> String {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw KeySetError(place: path, reason: "the file cannot be read")
        }
        return text
    }

    /// Fetches the text at a URL, within ten seconds.
    ///
    /// - Throws: ``KeySetError``.
    static func download(_ url: String, with client: OutboundClient, logger: Logger) async throws -> String {
        let origins = Set([AllowedOrigin(url: url)].compactMap { $0 })
        let transport = OutboundTransport(provider: "auth.jwks", client: client, origins: origins, logger: logger)
        let answer: HTTPResponse
        do throws(ProviderError) {
            answer = try await transport.send(
                HTTPRequest(method: "GET", url: url), in: CallContext(deadline: .now + .seconds(10), requestID: "key-set")
            )
        } catch {
            throw KeySetError(place: url, reason: "it cannot be fetched")
        }
        guard answer.status == 200 else { throw KeySetError(place: url, reason: "it answers \(answer.status)") }
        return String(decoding: answer.body, as: UTF8.self)
    }

    /// A verifier with the key set that `load` returns, now and whenever it is read again.
    ///
    /// - Parameters:
    ///   - place: the file or URL, for the log.
    ///   - algorithm: the only one to accept; nil for every asymmetric one.
    /// - Throws: what `load` throws; ``KeySetError`` where the text is not a set with a usable key.
    static func keySet(
        at place: String, algorithm: String?, rules: TokenRules, clock: any ProviderClock, logger: Logger,
        load: @escaping @Sendable () async throws -> String
    ) async throws -> TokenVerification {
        let text = try await load()
        let reading: KeySet.Reading
        do throws(KeySet.Problem) {
            reading = try await KeySet.read(text, algorithm: algorithm)
        } catch {
            throw KeySetError(place: place, reason: "\(error)")
        }
        for reason in reading.skipped {
            logger.warning("A key of the key set is not used.", metadata: ["place": "\(place)", "reason": "\(reason)"])
        }
        let keys = TokenKeys(reading.keys)
        let refresh = KeySetRefresh(
            keys, text: text, place: place, algorithm: algorithm, clock: clock, logger: logger, load: load)
        let verifier = TokenVerifier(keys: keys, rules: rules, refresh: refresh, clock: clock)
        return TokenVerification(verifier: verifier, refresh: refresh)
    }
}

extension TokenRules {
    /// The rules of the section `auth`.
    init(_ authentication: GatewayConfiguration.Authentication) {
        self.init(
            issuer: authentication.issuer, audience: authentication.audience, type: authentication.type,
            maximumLifetime: authentication.maximumTokenLifetime)
    }
}

/// Why there is no key to check tokens with.
struct KeySetError: Error, CustomStringConvertible {
    let place: String
    let reason: String

    var description: String { "\(place): \(reason); tokens could not be checked" }
}
