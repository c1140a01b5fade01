import Foundation
import GatewayHTTP
import Logging
import ProviderAPI
import ProviderLoading

/// Makes the verifier of bearer tokens that the configuration asks for.
enum TokenVerification {
    static func verifier(
        for configuration: GatewayConfiguration, client: OutboundClient, clock: any ProviderClock, logger: Logger
    ) async throws -> TokenVerifier {
        let authentication = configuration.authentication
        switch authentication.keys {
        case .sharedSecret:
            let secrets = DevelopmentSecrets(
                environment: configuration.environment, baseDirectory: configuration.baseDirectory, logger: logger
            )
            guard let secret = try secrets.signingSecret(for: configuration) else {
                throw KeySetError(place: "auth.secret", reason: "there is no secret")
            }
            return await .hmac(
                secret: secret.revealed, issuer: authentication.issuer, audience: authentication.audience, clock: clock
            )
        case .keySetFile(let path, let algorithm):
            guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
                throw KeySetError(place: path, reason: "the file cannot be read")
            }
            return try await keySet(text, at: path, algorithm, authentication, clock)
        case .keySetURL(let url, let algorithm):
            let text = try await download(url, with: client, logger: logger)
            return try await keySet(text, at: url, algorithm, authentication, clock)
        }
    }

    /// Fetches a key set, once: a gateway that cannot check tokens must not start.
    private static func download(_ url: String, with client: OutboundClient, logger: Logger) async throws -> String {
        let origins = Set([AllowedOrigin(url: url)].compactMap { $0 })
        let transport = OutboundTransport(provider: "auth.jwks", client: client, origins: origins, logger: logger)
        let answer: HTTPResponse
        do throws(ProviderError) {
            answer = try await transport.send(
                HTTPRequest(method: "GET", url: url), in: CallContext(deadline: .now + .seconds(10), requestID: "start")
            )
        } catch {
            throw KeySetError(place: url, reason: "it cannot be fetched")
        }
        guard answer.status == 200 else { throw KeySetError(place: url, reason: "it answers \(answer.status)") }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private static func keySet(
        _ text: String, at place: String, _ algorithm: GatewayConfiguration.Authentication.Algorithm?,
        _ authentication: GatewayConfiguration.Authentication, _ clock: any ProviderClock
    ) async throws -> TokenVerifier {
        do {
            return try await .keySet(
                text, algorithm: algorithm?.rawValue, issuer: authentication.issuer, audience: authentication.audience,
                clock: clock
            )
        } catch {
            throw KeySetError(place: place, reason: "it is not a JSON Web Key Set whose keys all have a kid")
        }
    }
}

/// Why there is no key to check tokens with.
struct KeySetError: Error, CustomStringConvertible {
    let place: String
    let reason: String

    var description: String { "\(place): \(reason); tokens could not be checked" }
}
