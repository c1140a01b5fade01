import Foundation
import GatewayCore
import HTTPTypes
import Hummingbird
import Metrics
import NIOCore
import ProviderAPI
import Synchronization

/// A request as routes see it: who is calling, and its parts read by the rules of the contract.
struct GatewayRequest {
    let request: Request
    let context: GatewayContext
    /// The caller; only routes with access `open` have none.
    let caller: Principal?
    /// What the body's bytes are counted in.
    let memory: BodyMemory

    /// The largest body that routes but webhooks take, in bytes.
    ///
    /// Metadata of 50 pairs with 500 characters each fits, also where the client writes every character beyond the basic plane as two
    /// escapes of six bytes.
    static let maximumBody = 384 * 1024
    /// The largest body that is read as JSON on the connection's event loop, in bytes. Others of the loop wait for it meanwhile.
    static let maximumOnLoop = 16 * 1024
    /// How much of a body that is too large is read, and dropped, before it is refused, in bytes.
    static let maximumDropped = 16 * 1024 * 1024
    /// How long such a body is dropped for, at most, before it is refused.
    static let dropDeadline = Duration.seconds(1)
    /// How long a body may take to arrive, from its first byte to its last.
    static let bodyDeadline = Duration.seconds(10)

    /// The caller.
    ///
    /// - Throws: ``GatewayError/Code/unauthenticated`` where the route lets everyone in.
    var principal: Principal {
        get throws {
            guard let caller else { throw GatewayError(.unauthenticated, "A token is needed.") }
            return caller
        }
    }

    /// The raw query, without the question mark.
    var query: QueryReader { QueryReader(request.uri.query) }

    /// Refuses a card number in the path or the query: proxies and browsers keep both.
    ///
    /// - Throws: ``GatewayError/Code/cardNumberRefused``.
    func refuseCardNumberInTarget() throws {
        for (part, text) in [("path", request.uri.path), ("query", request.uri.query ?? "")] {
            let isEncoded = text.utf8.contains(UInt8(ascii: "%"))
            guard CardNumber.isContained(in: isEncoded ? text.removingPercentEncoding ?? text : text) else { continue }
            throw GatewayError(.cardNumberRefused, "The \(part) holds a card number. Pay with a payment method's token instead.")
        }
    }

    /// The path's parameter with this name, an id from 1.
    ///
    /// - Throws: ``GatewayError/Code/notFound``: what cannot be an id does not exist.
    func id(_ name: String, of what: String) throws -> Int64 {
        guard let text = context.parameters.get(name), let id = Int64(text), id >= 1, String(id) == text else {
            throw GatewayError.notFound(what)
        }
        return id
    }

    /// The intent of the path, and the provider of the query.
    func intent(_ query: inout QueryReader) throws -> IntentReference {
        guard let id = context.parameters.get("intent"), (1...255).contains(id.utf8.count),
            id.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw GatewayError.notFound("payment") }
        return IntentReference(id: id, provider: query.string("provider"))
    }

    /// What a mutating request brings along, with the fingerprint of its body.
    ///
    /// - Throws: ``GatewayError/Code/malformedRequest`` for a key that is not 1 to 255 visible ASCII characters.
    func mutation(body: ReceivedBody) throws -> CallerContext {
        var mutation = CallerContext(principal: try principal, requestID: context.requestID)
        mutation.traceparent = traceparent
        guard let key = request.headers[.idempotencyKey] else { return mutation }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw GatewayError(.malformedRequest, "The header Idempotency-Key must be 1 to 255 visible ASCII characters.")
        }
        guard !CardNumber.isContained(in: key) else {
            throw GatewayError(.cardNumberRefused, "The header Idempotency-Key looks like a card number.")
        }
        let target = "\(request.method.rawValue) \(request.uri.path)?\(request.uri.query ?? "")\n"
        mutation.idempotency = IdempotencyClaim(
            reference: IdempotencyReference(owner: mutation.principal.subject, key: key),
            fingerprint: SHA256Digest.hex(Array(target.utf8) + body.bytes)
        )
        return mutation
    }

    /// The W3C trace context, where it is well-formed and holds no card number.
    var traceparent: String? {
        guard let value = request.headers[.traceparent], value.utf8.count == 55,
            value.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || Character(Unicode.Scalar($0)).isHexDigit }),
            !CardNumber.isContained(in: value)
        else { return nil }
        return value
    }

    /// Reads the body. It takes from ``memory`` as it arrives.
    ///
    /// - Throws: ``GatewayError/Code/payloadTooLarge``, ``GatewayError/Code/malformedRequest`` where it does not arrive in time,
    ///   ``GatewayError/Code/unavailable`` where there is no memory for it.
    func body(maximum: Int = maximumBody, within deadline: Duration = bodyDeadline) async throws -> ReceivedBody {
        let body = request.body
        let told = request.headers[.contentLength].flatMap(Int.init)
        let progress = BodyProgress(isTooLarge: told.map { $0 > maximum } ?? false)
        let tooLarge = GatewayError(.payloadTooLarge, "The body must have at most \(maximum) bytes.")
        let late = GatewayError(.malformedRequest, "The body did not arrive within \(deadline.components.seconds) seconds.")
        let sender = caller.map { BodyMemory.Sender.authenticated($0.subject) } ?? .anonymous
        let empty = ReceivedBody(in: memory, from: sender)
        let read: @Sendable () async throws -> ReceivedBody = {
            var received = empty
            var count = 0
            do {
                for try await part in body where part.readableBytes > 0 {
                    count += part.readableBytes
                    if count <= maximum {
                        guard received.append(part, maximum: min(told ?? maximum, maximum)) else {
                            Counter(label: "gateway_bodies_refused_total", dimensions: [("sender", sender.label)]).increment()
                            throw GatewayError(.unavailable, "There is no memory for the body now; nothing was done.")
                                .retry(afterSeconds: 1)
                        }
                    } else {
                        received.drop()
                        // A client that sends all before it reads would never see the refusal: what is too much is read and dropped.
                        progress.isTooLarge.store(true, ordering: .relaxed)
                        if count > Self.maximumDropped { break }
                    }
                }
            } catch is RequestDeadline.Passed {
                throw count > maximum ? tooLarge : late
            }
            if count > maximum { throw tooLarge }
            return received
        }
        // As long as it says, which the server holds it to, and watched by the connection's own deadline alone.
        if let told, (0...maximum).contains(told) { return try await read() }
        return try await withThrowingTaskGroup { group in
            group.addTask { try await read() }
            // Every part of a body resets the server's own idle timer: a slow sender is only stopped by an absolute limit.
            group.addTask {
                let end = ContinuousClock.now + deadline
                while ContinuousClock.now < end {
                    try await Task.sleep(for: min(deadline, Self.dropDeadline))
                    if progress.isTooLarge.load(ordering: .relaxed) { throw tooLarge }
                }
                throw late
            }
            defer { group.cancelAll() }
            guard let received = try await group.next() else { throw CancellationError() }
            return received
        }
    }

    /// The body as a JSON object; an empty body is an empty object where the route allows it.
    ///
    /// - Throws: ``GatewayError/Code/unsupportedMediaType``, ``GatewayError/Code/malformedRequest``,
    ///   ``GatewayError/Code/invalidRequest`` where it is no object, ``GatewayError/Code/cardNumberRefused``.
    func object(in body: ReceivedBody, mayBeEmpty: Bool) async throws -> [String: JSONValue] {
        let bytes = body.bytes
        if bytes.isEmpty, mayBeEmpty { return [:] }
        let mediaType = request.headers[.contentType]?.split(separator: ";").first?.lowercased().filter { $0 != " " }
        guard mediaType == "application/json" else {
            throw GatewayError(.unsupportedMediaType, "The body must be JSON, with the header Content-Type: application/json.")
        }
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw GatewayError(.unsupportedMediaType, "The body must not be compressed (Content-Encoding).")
        }
        let document =
            bytes.count > Self.maximumOnLoop
            ? try await offEventLoop { try Self.document(in: bytes) } : try Self.document(in: bytes)
        guard case .object(let members) = document else {
            throw GatewayError(.invalidRequest, "The body must be a JSON object, not \(document.kind).")
        }
        return members
    }

    private static func document(in bytes: [UInt8]) throws -> JSONValue {
        let document: JSONValue
        do {
            document = try JSONParser.parse(bytes)
        } catch {
            throw GatewayError(.malformedRequest, "The body is not JSON: \(error.message) (byte \(error.offset)).")
        }
        guard !document.holdsCardNumber else {
            throw GatewayError(.cardNumberRefused, "The body holds a card number. Pay with a payment method's token instead.")
        }
        return document
    }
}

/// How far a body is, shared between whoever reads it and whoever watches the clock.
private final class BodyProgress: Sendable {
    let isTooLarge: Atomic<Bool>

    init(isTooLarge: Bool) {
        self.isTooLarge = Atomic(isTooLarge)
    }
}
