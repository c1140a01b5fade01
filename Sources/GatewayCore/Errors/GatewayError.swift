/// Why a request is refused or failed, in the words of the HTTP contract. HTTP gives each code its status and title.
package struct GatewayError: Error, Sendable, Hashable {
    /// The kind of failure.
    package enum Code: Sendable, Hashable, CaseIterable {
        /// Not JSON, or a header that cannot be read (400).
        case malformedRequest
        /// A webhook's signature or timestamp is wrong (400).
        case invalidSignature
        /// No token, or a bad one (401).
        case unauthenticated
        /// The provider or the issuer refuses the payment (402).
        case paymentDeclined
        /// The token does not allow it (403).
        case forbidden
        /// It does not exist, or belongs to someone else (404).
        case notFound
        /// The path exists, the method does not (405).
        case methodNotAllowed
        /// The body is larger than is taken (413).
        case payloadTooLarge
        /// The body is not JSON by its content type (415).
        case unsupportedMediaType
        /// The order is paid (409).
        case orderAlreadyPaid
        /// What it is asked does not fit its state (409).
        case invalidState
        /// A dispute holds the money (409).
        case paymentDisputed
        /// A discrepancy of the order is open (409).
        case paymentInReview
        /// The same key is being worked on (409).
        case idempotencyInFlight
        /// The intent id exists at two providers (409).
        case ambiguousIntent
        /// Well-formed, and wrong (422).
        case invalidRequest
        /// The amount is not the order's (422).
        case amountMismatch
        /// More than is left of what was captured (422).
        case refundExceedsCaptured
        /// No provider has that name (422).
        case unknownProvider
        /// The same key with another request (422).
        case idempotencyKeyReused
        /// A card number in a body (422).
        case cardNumberRefused
        /// The provider refuses the request (422).
        case providerRejected
        /// The user sends more requests than the limit allows (429).
        case rateLimited
        /// A mistake of ours (500).
        case `internal`
        /// The gateway's credentials at the provider are wrong (502).
        case providerMisconfigured
        /// The provider could not be reached (503).
        case providerUnavailable
        /// The gateway cannot do it now (503).
        case unavailable
    }

    /// A wrong field of the request.
    package struct Field: Sendable, Hashable {
        /// Its name, as the client wrote it.
        package var name: String
        /// What is wrong with it.
        package var message: String

        /// A wrong field.
        package init(_ name: String, _ message: String) {
            self.name = name
            self.message = message
        }
    }

    /// The kind of failure.
    package var code: Code
    /// For people: what is wrong, and where it helps, what to do.
    package var detail: String
    /// The wrong fields.
    package var fields: [Field] = []
    /// The provider's own code, for a decline or a rejection.
    package var providerCode: String?
    /// The issuer's reason for a decline.
    package var declineCode: String?
    /// After how many seconds to try again.
    package var retryAfterSeconds: Int?
    /// The methods that the path has, for ``Code/methodNotAllowed``.
    package var allowedMethods: [String] = []

    /// The code of the open discrepancy, for ``Code/paymentInReview``.
    package var reviewCode: String?
    /// The scope that a token needs, for ``Code/forbidden``.
    package var requiredScope: Scope?

    /// A failure with its kind and what to say of it.
    package init(_ code: Code, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    /// Wrong fields.
    ///
    /// - Parameter count: how many are wrong, where `fields` are only the first of them.
    package static func invalid(_ fields: [Field], of count: Int? = nil) -> GatewayError {
        let count = count ?? fields.count
        let rest = count > fields.count ? " The first \(fields.count) are listed." : ""
        var error = GatewayError(
            .invalidRequest,
            count == 1 ? "\(fields[0].name): \(fields[0].message)" : "\(count) fields of the request are wrong.\(rest)"
        )
        error.fields = fields
        return error
    }

    /// One wrong field.
    package static func invalid(_ name: String, _ message: String) -> GatewayError {
        invalid([Field(name, message)])
    }

    /// What does not exist and what is someone else's answer alike.
    package static func notFound(_ what: String) -> GatewayError {
        GatewayError(.notFound, "There is no such \(what), or it is not yours.")
    }

    /// The same failure with a hint when to try again.
    package func retry(afterSeconds seconds: Int) -> GatewayError {
        var copy = self
        copy.retryAfterSeconds = seconds
        return copy
    }
}
