import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import ProviderAPI
import ProviderLoading

/// Decides which requests of a provider go out, and in which form.
struct RequestScreen: Sendable {
    /// The provider's name in providers.yaml.
    let provider: String
    /// What it may call.
    let origins: Set<AllowedOrigin>
    /// Sent where a request has no `User-Agent` of its own.
    let userAgent: String

    /// The request as the client sends it, and where it goes.
    ///
    /// - Throws: ``ProviderError/notSent(_:)`` that says what is wrong and how to correct it, without a header's value or a query.
    func admit(_ request: HTTPRequest, in call: CallContext) throws(ProviderError) -> (HTTPClient.Request, AllowedOrigin) {
        guard Self.methods.contains(request.method) else {
            let known = Self.methods.sorted().joined(separator: ", ")
            throw refusal("the method is none of \(known): use one of them, in upper case")
        }
        guard let url = URL(string: request.url, encodingInvalidCharacters: false), let origin = AllowedOrigin(url: request.url)
        else {
            throw refusal("its URL is not an absolute http or https URL without user and password: pass a percent-encoded one")
        }
        guard origins.contains(origin) else {
            throw refusal(
                "provider \(provider) may not call host \(origin.host) (\(origin)): "
                    + "put a URL with exactly this scheme, host and port into its settings in providers.yaml"
            )
        }
        let headers = try headers(of: request, in: call)
        do {
            let body: HTTPClient.Body? = request.body.isEmpty ? nil : .byteBuffer(ByteBuffer(bytes: request.body))
            let method = HTTPMethod(rawValue: request.method)
            return (try HTTPClient.Request(url: url, method: method, headers: headers, body: body), origin)
        } catch {
            throw refusal("the client does not take its URL for \(origin): \(FailureCause(error))")
        }
    }

    private func headers(of request: HTTPRequest, in call: CallContext) throws(ProviderError) -> HTTPHeaders {
        var headers = HTTPHeaders()
        for field in request.headers {
            guard field.name.isFieldName else {
                throw refusal("a header field's name is empty or holds a character that RFC 9110 forbids: correct the name")
            }
            guard !Self.ownedByHost.contains(field.name.lowercased()) else {
                throw refusal("it sets the header field \(field.name), which the gateway sets itself: leave it out")
            }
            guard field.value.isFieldValue else {
                throw refusal(
                    "the value of header field \(field.name) holds a line break or another control character: remove it"
                )
            }
            headers.add(name: field.name, value: field.value)
        }
        if !headers.contains(name: "User-Agent") {
            headers.add(name: "User-Agent", value: userAgent)
        }
        if request.method == "HEAD" {
            // The decompressor would miss the body that an answer to HEAD announces and never has.
            headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
        }
        if let traceparent = call.traceparent, traceparent.isFieldValue {
            headers.replaceOrAdd(name: "traceparent", value: traceparent)
        }
        return headers
    }

    private func refusal(_ reason: String) -> ProviderError {
        .notSent(CallFailure("the request was not sent: \(reason)"))
    }

    /// Also the bound on what a metric's `method` can be.
    static let methods: Set = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

    /// Framing and the connection are the client's: with a field of these, a provider could smuggle a second request.
    private static let ownedByHost: Set = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "te", "trailer",
        "expect",
    ]
}

extension String {
    /// Whether it is a token (RFC 9110, section 5.6.2).
    fileprivate var isFieldName: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    /// Whether it has no control character but the tab (RFC 9110, section 5.5).
    fileprivate var isFieldValue: Bool {
        utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }
}
