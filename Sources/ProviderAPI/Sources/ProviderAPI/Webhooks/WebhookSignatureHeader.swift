/// The header field that carries a webhook's signature, which the gateway looks at before it reads the body.
///
/// Anyone can post to a webhook's address. A request without this field, or with a time in it that is too far from now, cannot be
/// verified whatever its body is. The gateway refuses it with 400 and reads none of its body.
///
/// The check is of the field's form only. ``PaymentService/verifyWebhookSignature(_:)`` decides about every request that passes it.
public struct WebhookSignatureHeader: Sendable, Codable, Hashable {
    /// Where the request states the time of its signature, in whole seconds since 1970.
    public enum Time: Sendable, Codable, Hashable {
        /// Nowhere in the header: only the field's presence is checked.
        case unstated
        /// In the signature's field, a list of `name=value` with commas: the value of the last element with this name.
        case element(String)
        /// In another header field, as its whole value.
        case field(String)
    }

    /// The field's name, in any letter case.
    public var name: String
    /// Where the time is.
    public var time: Time
    /// How far the time may be from now, in either direction.
    public var tolerance: Duration = .seconds(300)

    /// A field that must be there.
    public init(_ name: String, time: Time = .unstated) {
        self.name = name
        self.time = time
    }

    /// The field of ``TimestampedSignature``: `t=<unix seconds>,v1=<hex>`.
    public static func timestamped(_ name: String) -> WebhookSignatureHeader {
        WebhookSignatureHeader(name, time: .element("t"))
    }

    /// Returns where the field is there, is not empty, and is fresh.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` with reason ``Rejection/Reason/invalidSignature``.
    public func check(_ headers: [HTTPField], at now: Timestamp) throws(ProviderError) {
        guard let value = headers.value(of: name), !value.isEmpty else {
            throw Self.refusal("the header \(name) is missing")
        }
        switch time {
        case .unstated: return
        case .element(let element):
            guard let text = TimestampedSignature.elements(of: value).last(where: { $0.name == element })?.value,
                let seconds = Int64(text)
            else { throw Self.refusal("the header \(name) has no timestamp (\(element)=...)") }
            try Self.checkAge(of: seconds, in: name, at: now, tolerance: tolerance)
        case .field(let field):
            guard let text = headers.value(of: field), let seconds = Int64(text) else {
                throw Self.refusal("the header \(field) is missing, or is not a time in seconds since 1970")
            }
            try Self.checkAge(of: seconds, in: field, at: now, tolerance: tolerance)
        }
    }

    /// Throws where a time in a header is too far from now.
    static func checkAge(
        of seconds: Int64, in name: String, at now: Timestamp, tolerance: Duration
    ) throws(ProviderError) {
        let age = now.duration(since: Timestamp(unixSeconds: seconds))
        guard age <= tolerance, age >= .zero - tolerance else {
            throw refusal("the timestamp in \(name) is more than \(tolerance.components.seconds) seconds away from now")
        }
    }

    /// An invalid signature.
    static func refusal(_ message: String) -> ProviderError {
        .rejected(Rejection(.invalidSignature, message: message))
    }
}
