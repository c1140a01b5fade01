import Foundation
import ProviderAPI

/// What tells a repeat of a request from another request under the same idempotency key.
enum Fingerprint {
    /// The same text for the same operation with the same parameters, in every process.
    static func of(_ operation: String, _ request: some Encodable, as identity: OperationIdentity) throws(ProviderError) -> String
    {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let parameters: Data
        do {
            parameters = try encoder.encode(request)
        } catch {
            throw .rejected(Rejection(.invalidRequest, message: "the request cannot be written as JSON"))
        }
        // A digest and no secret: 96 bits of it tell requests apart.
        return String(HMACSHA256.hex(Array("\(operation) \(identity.id) ".utf8) + parameters, key: []).prefix(24))
    }
}
