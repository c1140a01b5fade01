import NIOHTTP1

/// The rules for a request's head that NIO's decoder leaves to the application (RFC 9110 and RFC 9112).
enum RequestHeadRules {
    /// What becomes of a head.
    enum Verdict {
        /// It goes to the routes.
        case accepted(expectsContinue: Bool)
        /// It is answered at once, and the connection is closed.
        case refused(RequestRefusal)
    }

    /// Larger bodies are refused by every route: the client need not send them first.
    static let largestBody = max(GatewayRequest.maximumBody, WebhookRoutes.maximumBody)

    /// Checks a head.
    static func verdict(on head: HTTPRequestHead) -> Verdict {
        if let refusal = target(head) ?? host(head) ?? framing(head) { return .refused(refusal) }
        return expectation(head)
    }

    // MARK: Target and host

    /// Section 3.2 of RFC 9112: a path, an `http` URL, or `*` for OPTIONS.
    private static func target(_ head: HTTPRequestHead) -> RequestRefusal? {
        if head.method == .CONNECT { return RequestRefusal(.notImplemented, "CONNECT is for proxies, which the gateway is not.") }
        let target = head.uri.utf8
        let isPath = target.first == UInt8(ascii: "/")
        let isURL = head.uri.hasPrefix("http://") || head.uri.hasPrefix("https://")
        let isAsterisk = head.uri == "*" && head.method == .OPTIONS
        guard isPath || isURL || isAsterisk, !target.contains(UInt8(ascii: "#")),
            target.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            return RequestRefusal(
                .badRequest, "The target of the request must be a path, such as /api/v1/orders, in visible ASCII characters.")
        }
        return nil
    }

    /// Section 3.2 of RFC 9112: exactly one Host, with a name and perhaps a port. HTTP/1.0 may leave it out.
    private static func host(_ head: HTTPRequestHead) -> RequestRefusal? {
        let hosts = head.headers["host"]
        if hosts.isEmpty, head.version == .http1_0 { return nil }
        guard hosts.count == 1, let host = hosts.first, isHost(host.utf8) else {
            let detail =
                hosts.count == 1
                ? "The header Host must be a name or an address, and may have a port."
                : "The request must have exactly one header Host."
            return RequestRefusal(.badRequest, detail)
        }
        return nil
    }

    /// `uri-host [ ":" port ]` of RFC 9110, section 7.2; an empty one is allowed there.
    private static func isHost(_ host: String.UTF8View) -> Bool {
        var name = host[...]
        if name.first == UInt8(ascii: "[") {
            guard let end = name.firstIndex(of: UInt8(ascii: "]")) else { return false }
            guard name[..<end].dropFirst().allSatisfy({ isHexDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") })
            else { return false }
            let rest = name[name.index(after: end)...]
            return rest.isEmpty || isPort(rest)
        }
        if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
            guard isPort(name[colon...]) else { return false }
            name = name[..<colon]
        }
        return name.allSatisfy(isHostByte)
    }

    private static func isPort(_ text: Substring.UTF8View) -> Bool {
        text.first == UInt8(ascii: ":") && text.count <= 6 && text.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    /// `unreserved`, `pct-encoded` and `sub-delims` of RFC 3986.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()*+,;=".utf8.contains(byte)
        }
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    // MARK: The body's length

    /// Sections 6.1 to 6.3 of RFC 9112: one length, or the transfer coding `chunked` alone.
    private static func framing(_ head: HTTPRequestHead) -> RequestRefusal? {
        let lengths = head.headers["content-length"]
        let codings = head.headers[canonicalForm: "transfer-encoding"].map { $0.lowercased() }
        let hasCoding = head.headers.contains(name: "transfer-encoding")
        if hasCoding, !lengths.isEmpty {
            return RequestRefusal(.badRequest, "Content-Length and Transfer-Encoding must not stand in one request.")
        }
        if lengths.count > 1 { return RequestRefusal(.badRequest, "The request must have one Content-Length at most.") }
        if let length = lengths.first, Int(length) == nil || !length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return RequestRefusal(.badRequest, "The Content-Length must be a number of bytes.")
        }
        guard hasCoding else { return nil }
        if head.version == .http1_0 {
            return RequestRefusal(.badRequest, "HTTP/1.0 has no Transfer-Encoding. Send the request with HTTP/1.1.")
        }
        if codings == ["chunked"] { return nil }
        // A known coding before `chunked` is a message whose end is clear, and whose content this server cannot read.
        guard codings.last == "chunked", codings.filter({ $0 == "chunked" }).count == 1 else {
            let known: Set = ["chunked", "gzip", "x-gzip", "deflate", "compress", "x-compress", "identity"]
            if codings.count == 1, let coding = codings.first, !known.contains(coding) {
                return RequestRefusal(.notImplemented, "The only Transfer-Encoding is chunked.")
            }
            return RequestRefusal(.badRequest, "The last Transfer-Encoding of a request must be chunked, once.")
        }
        return RequestRefusal(.badRequest, "The only Transfer-Encoding is chunked. Send the body without another coding.")
    }

    // MARK: Expectations

    /// Section 10.1.1 of RFC 9110: `100-continue` is the only expectation.
    private static func expectation(_ head: HTTPRequestHead) -> Verdict {
        let expectations = head.headers[canonicalForm: "expect"].map { $0.lowercased() }
        guard !expectations.isEmpty, head.version != .http1_0 else { return .accepted(expectsContinue: false) }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else {
            return .refused(
                RequestRefusal(.expectationFailed, "The only expectation is 100-continue. Leave out the header Expect."))
        }
        let length = head.headers["content-length"].first.flatMap { Int($0) }
        return .accepted(expectsContinue: length.map { $0 <= largestBody } ?? true)
    }
}
