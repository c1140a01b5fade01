import Foundation
import ProviderAPI

extension ConfigurationReader {
    /// RFC 7518, section 3.2: a key for HS256 is at least as long as the hash's output.
    private static let secretLength = 32

    /// `auth`.
    mutating func authentication(
        _ node: ConfigurationNode?, of root: ConfigurationNode, in environment: GatewayEnvironment?
    ) -> GatewayConfiguration.Authentication? {
        typealias Algorithm = GatewayConfiguration.Authentication.Algorithm
        let section = reader.section(node, as: ConfigurationSchema.auth)
        let algorithmNode = section?["algorithm"]
        let algorithm = reader.word(algorithmNode, among: Algorithm.allCases.map(\.rawValue)).flatMap(Algorithm.init)
        let secretNode = overrides.node(for: .jwtSecret, else: section?["secret"])
        let secret = reader.text(secretNode).flatMap { $0.isEmpty ? nil : $0 }
        let variable = ConfigurationOverrides.Key.jwtSecret.variable
        if environment == .production, let warning = section?["secret"]?.warningOfSecretInFile(example: variable) {
            warn(warning)
        }

        let keys: GatewayConfiguration.Authentication.Keys?
        if let keySet = section?["jwks"], !keySet.isAbsent {
            if let secretNode, secret != nil {
                reader.report(secretNode.problem("contradicts auth.jwks; keep one of the two"))
            }
            if let algorithmNode, algorithm == .hs256 {
                let correction = "remove it, or name the one algorithm to accept, such as RS256, ES256 or EdDSA"
                reader.report(
                    algorithmNode.problem("HS256 is for a shared secret, and auth.jwks holds public keys; \(correction)"))
            }
            keys = keySetKeys(keySet, algorithm: algorithm, in: environment)
        } else if let algorithmNode, let algorithm, algorithm != .hs256 {
            let correction = "set auth.jwks to a file or an https URL, or use HS256"
            reader.report(algorithmNode.problem("\(algorithm.rawValue) needs public keys; \(correction)"))
            keys = nil
        } else {
            keys = sharedSecret(secret, at: secretNode, of: node ?? root, in: environment)
        }
        let issuer = reader.text(section?["issuer"])
        let audience = reader.text(section?["audience"])
        let type = reader.text(section?["type"])
        switch keys {
        case .keySetFile?, .keySetURL?:
            if environment == .production, let node { requireIssuer(issuer, and: audience, of: node) }
        case .sharedSecret?, nil: break
        }
        let lifetime = reader.duration(section?["max_token_lifetime"], in: ConfigurationSchema.tokenLifetimes)
        return keys.map {
            GatewayConfiguration.Authentication(
                keys: $0, issuer: issuer, audience: audience, type: type,
                maximumTokenLifetime: lifetime ?? ConfigurationSchema.defaultTokenLifetime)
        }
    }

    /// An issuer signs tokens for other services with the same keys: they must not work here (RFC 8725, sections 3.8 and 3.9).
    private mutating func requireIssuer(_ issuer: String?, and audience: String?, of section: ConfigurationNode) {
        if issuer == nil {
            reportMissing(
                "auth.issuer", at: section.origin, "production needs it beside auth.jwks: write the `iss` of your issuer's tokens"
            )
        }
        if audience == nil {
            reportMissing(
                "auth.audience", at: section.origin,
                "production needs it beside auth.jwks: write the `aud` of tokens for this gateway, or tokens for other services work here"
            )
        }
    }

    private mutating func sharedSecret(
        _ secret: String?, at node: ConfigurationNode?, of section: ConfigurationNode, in environment: GatewayEnvironment?
    ) -> GatewayConfiguration.Authentication.Keys? {
        let place = ConfigurationProblem(at: node?.origin ?? section.origin, keyPath: "auth.secret", message: "")
        let correction = "set GATEWAY_JWT_SECRET to the output of `openssl rand -hex 32`"
        guard let secret else {
            if environment == .production {
                reader.report(place.saying("is empty, and production makes up no secret; \(correction)"))
            }
            return .sharedSecret(nil)
        }
        if secret.utf8.count < Self.secretLength {
            let message = "has fewer than \(Self.secretLength) bytes, which HS256 needs (RFC 7518, section 3.2); \(correction)"
            if environment == .production { reader.report(place.saying(message)) } else { warn(place.saying(message)) }
        }
        if environment == .production, secret.utf8.count >= Self.secretLength, let fault = SecretStrength.fault(of: secret) {
            reader.report(place.saying(fault))
        }
        return .sharedSecret(SecretText(secret))
    }

    private mutating func keySetKeys(
        _ node: ConfigurationNode, algorithm: GatewayConfiguration.Authentication.Algorithm?, in environment: GatewayEnvironment?
    ) -> GatewayConfiguration.Authentication.Keys? {
        guard let text = reader.text(node) else { return nil }
        if text.contains("://") {
            guard AllowedOrigin(url: text)?.scheme == "https" else {
                let message = "must be a file or an https URL: keys that come in the clear can be exchanged on the way"
                reader.report(node.problem(message))
                return nil
            }
            return .keySetURL(text, algorithm: algorithm)
        }
        let path = absolutePath(text)
        if let denial = FileAccess.denial(of: path) {
            reader.report(node.problem(denial))
            return nil
        }
        var isDirectory = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
            reader.report(node.problem("there is no such file; a relative path starts at the folder of providers.yaml"))
            return nil
        }
        checkTrust(in: path, at: node.origin, keyPath: node.keyPath, in: environment)
        return .keySetFile(path: path, algorithm: algorithm)
    }
}

extension ConfigurationProblem {
    /// The same place with another message.
    fileprivate func saying(_ message: String) -> ConfigurationProblem {
        ConfigurationProblem(at: origin, keyPath: keyPath, message: message)
    }
}
