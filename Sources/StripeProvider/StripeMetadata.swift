import ProviderAPI

/// Metadata within Stripe's bounds (https://docs.stripe.com/metadata): 50 pairs, keys of at most 40 characters without square
/// brackets, values of at most 500 characters.
enum StripeMetadata {
    static let orderID = "order_id"
    static let userID = "user_id"

    private static let reserved: Set<String> = [orderID, userID, OperationIdentity.metadataKey]

    /// The client's pairs and the gateway's own. An empty value is left out: to Stripe it means "no such key".
    ///
    /// - Throws: `rejected(invalidRequest)`, field `metadata`, for a pair that Stripe would refuse or that bears a name of the
    ///   gateway's own.
    static func merging(_ client: [String: String], _ own: [String: String]) throws(ProviderError) -> [String: String] {
        if let key = client.keys.filter(reserved.contains).min() {
            throw rejection("the key \(key) is the gateway's own; choose another")
        }
        let all = client.merging(own) { _, own in own }.filter { !$0.value.isEmpty }
        guard all.count <= 50 else {
            throw rejection("Stripe keeps 50 pairs, of which the gateway needs \(own.count); these are \(client.count)")
        }
        for (key, value) in all.sorted(by: { $0.key < $1.key }) {
            guard (1...40).contains(key.unicodeScalars.count) else {
                throw rejection("a key has 1 to 40 characters; \"\(key.prefix(50))\" has \(key.unicodeScalars.count)")
            }
            guard !key.contains("["), !key.contains("]") else {
                throw rejection("a key has no square brackets; \"\(key)\" has")
            }
            guard value.unicodeScalars.count <= 500 else {
                throw rejection("a value has at most 500 characters; that of \(key) has \(value.unicodeScalars.count)")
            }
        }
        return all
    }

    private static func rejection(_ message: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: message)
        rejection.field = "metadata"
        return .rejected(rejection)
    }
}
