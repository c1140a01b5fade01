/// Whose idempotency key it is. The same key of two callers is two keys.
package struct IdempotencyReference: Sendable, Hashable {
    /// The caller: the subject of the token.
    package var owner: Subject
    /// The value of the header `Idempotency-Key`.
    package var key: Identifier

    /// A caller's key.
    package init(owner: Subject, key: String) {
        self.owner = owner
        self.key = Identifier(key)
    }
}

/// A key as it came with a request.
package struct IdempotencyClaim: Sendable, Hashable {
    /// Whose key.
    package var reference: IdempotencyReference
    /// The SHA-256 of method, path, raw query and body, in hexadecimal: the same key with another request is a mistake.
    package var fingerprint: String

    /// A key and the request it came with.
    package init(reference: IdempotencyReference, fingerprint: String) {
        self.reference = reference
        self.fingerprint = fingerprint
    }
}

/// What is remembered under a key.
package struct IdempotencyRecord: Sendable, Hashable {
    /// The SHA-256 of the request that came with the key.
    package var fingerprint: String
    /// The operation that the request started, where it started one.
    package var operationID: Int64?
    /// The answer; nil while it is in flight.
    package var answer: StoredAnswer?

    /// A row of `idempotency_keys`.
    package init(fingerprint: String, operationID: Int64?, answer: StoredAnswer?) {
        self.fingerprint = fingerprint
        self.operationID = operationID
        self.answer = answer
    }
}

/// An answer as the client got it, to be given again byte for byte.
package struct StoredAnswer: Sendable, Hashable {
    /// The HTTP status.
    package var status: Int
    /// The body's bytes.
    package var body: [UInt8]

    /// An answer.
    package init(status: Int, body: [UInt8]) {
        self.status = status
        self.body = body
    }
}
