import Testing

/// A case of the framing corpus: bytes as a client sends them, and what has to come of them by RFC 9112.
struct FramingCase: Sendable, CustomTestStringConvertible {
    /// What is special about the bytes.
    let name: String
    /// The bytes; each character is one (ISO 8859-1).
    let bytes: String
    /// The statuses of the answers, in order.
    let statuses: [Int]
    /// Whether the connection takes another request afterwards.
    let isKept: Bool

    var testDescription: String { name }

    /// All cases.
    static let all = requestLines + hosts + fields + lengths + codings + chunkSizes + expectations + connections

    private static let host = "Host: a\r\n"
    private static let post = "POST /take HTTP/1.1\r\nHost: a\r\n"
    private static let chunks = "Transfer-Encoding: chunked\r\n\r\n"

    /// So many KiB of text.
    private static func long(_ kilobytes: Int) -> String { String(repeating: "x", count: kilobytes * 1024) }

    private static func kept(_ name: String, _ bytes: String, _ statuses: Int...) -> FramingCase {
        FramingCase(name: name, bytes: bytes, statuses: statuses, isKept: true)
    }

    private static func closed(_ name: String, _ bytes: String, _ statuses: Int...) -> FramingCase {
        FramingCase(name: name, bytes: bytes, statuses: statuses, isKept: false)
    }

    /// The request line (section 3).
    private static let requestLines: [FramingCase] = [
        .kept("a plain GET", "GET / HTTP/1.1\r\n\(host)\r\n", 200),
        .kept("an empty line before the request", "\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200),
        .kept("a target in absolute form", "GET http://a/ HTTP/1.1\r\n\(host)\r\n", 200),
        .kept("HEAD", "HEAD / HTTP/1.1\r\n\(host)\r\n", 200),
        .kept("OPTIONS *", "OPTIONS * HTTP/1.1\r\n\(host)\r\n", 404),
        .closed("GET *", "GET * HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target without a slash", "GET end HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target with a fragment", "GET /#x HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target with a control character", "GET /\u{1} HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target with a tab", "GET /\tx HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target with a byte beyond ASCII", "GET /\u{e9} HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a target with a space", "GET / x HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a space before the method", " GET / HTTP/1.1\r\n\(host)\r\n", 400),
        .kept("two spaces before the target", "GET  / HTTP/1.1\r\n\(host)\r\n", 200),
        .kept("two spaces before the version", "GET /  HTTP/1.1\r\n\(host)\r\n", 200),
        .closed("no version", "GET /\r\n\(host)\r\n", 505),
        .closed("rubbish", "GARBAGE\r\n\r\n", 400),
        .closed("TLS", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\u{fc}\u{3}\u{3}", 400),
        .closed("HTTP/2 without an upgrade", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        .closed("HTTP/0.9", "GET / HTTP/0.9\r\n\(host)\r\n", 505),
        .closed("HTTP/2.0", "GET / HTTP/2.0\r\n\(host)\r\n", 505),
        .closed("HTTP/9.9", "GET / HTTP/9.9\r\n\(host)\r\n", 505),
        .closed("a version in small letters", "GET / http/1.1\r\n\(host)\r\n", 400),
        .closed("a version of two digits", "GET / HTTP/1.10\r\n\(host)\r\n", 505),
        .closed("HTTP/1.0", "GET / HTTP/1.0\r\n\(host)\r\n", 200),
        .closed("HTTP/1.0 without a Host", "GET / HTTP/1.0\r\n\r\n", 200),
        .closed("HTTP/1.0 that wants to be kept", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200),
        .closed("a method in small letters", "get / HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a method that nobody knows", "FROB / HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("a method with a bad character", "GE(T / HTTP/1.1\r\n\(host)\r\n", 400),
        .closed("CONNECT", "CONNECT a:80 HTTP/1.1\r\n\(host)\r\n", 501),
    ]

    /// The header Host (section 3.2).
    private static let hosts: [FramingCase] = [
        .closed("no Host", "GET / HTTP/1.1\r\n\r\n", 400),
        .closed("two Hosts", "GET / HTTP/1.1\r\n\(host)\(host)\r\n", 400),
        .closed("two different Hosts", "GET / HTTP/1.1\r\n\(host)Host: b\r\n\r\n", 400),
        .kept("an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 200),
        .kept("a Host with a port", "GET / HTTP/1.1\r\nHost: a:8080\r\n\r\n", 200),
        .kept("a Host that is an IPv6 address", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", 200),
        .closed("a Host with a user", "GET / HTTP/1.1\r\nHost: me@a\r\n\r\n", 400),
        .closed("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
        .closed("a Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        .closed("a Host with a bad port", "GET / HTTP/1.1\r\nHost: a:http\r\n\r\n", 400),
        .closed("a list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400),
    ]

    /// Header fields (section 5).
    private static let fields: [FramingCase] = [
        .closed("a space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        .closed("a field without a colon", "GET / HTTP/1.1\r\n\(host)Rubbish\r\n\r\n", 400),
        .closed("a field without a name", "GET / HTTP/1.1\r\n\(host): x\r\n\r\n", 400),
        .closed("a name with a bad character", "GET / HTTP/1.1\r\n\(host)X{Y}: x\r\n\r\n", 400),
        .closed("a folded field", "GET / HTTP/1.1\r\n\(host)X-A: 1\r\n 2\r\n\r\n", 400),
        .closed("a field folded with a tab", "GET / HTTP/1.1\r\n\(host)X-A: 1\r\n\t2\r\n\r\n", 400),
        .closed("a space before the first field", "GET / HTTP/1.1\r\n \(host)\r\n", 400),
        .closed("a null byte in a value", "GET / HTTP/1.1\r\n\(host)X-A: 1\u{0}2\r\n\r\n", 400),
        .closed("a control character in a value", "GET / HTTP/1.1\r\n\(host)X-A: 1\u{1}2\r\n\r\n", 400),
        .closed("a carriage return in a value", "GET / HTTP/1.1\r\n\(host)X-A: 1\r2\r\n\r\n", 400),
        .kept("bytes beyond ASCII in a value", "GET / HTTP/1.1\r\n\(host)X-A: \u{e9}\r\n\r\n", 200),
        .closed("a field of 17 KiB", "GET / HTTP/1.1\r\n\(host)X-A: \(long(17))\r\n\r\n", 431),
        .closed(
            "fields of 40 KiB altogether",
            "GET / HTTP/1.1\r\n\(host)" + (0..<5).map { "X-\($0): \(long(8))\r\n" }.joined() + "\r\n",
            431),
        .closed("101 fields", "GET / HTTP/1.1\r\n\(host)" + String(repeating: "X: 1\r\n", count: 100) + "\r\n", 431),
        .closed("a target of 17 KiB", "GET /\(long(17)) HTTP/1.1\r\n\(host)\r\n", 431),
    ]

    /// The length of the body (section 6).
    private static let lengths: [FramingCase] = [
        .kept("a body with its length", "\(post)Content-Length: 3\r\n\r\nabc", 200),
        .kept("a body without a length", "\(post)\r\n", 200),
        .closed("two lengths that differ", "\(post)Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
        .closed("the same length twice", "\(post)Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
        .closed("a list of lengths", "\(post)Content-Length: 3, 3\r\n\r\nabc", 400),
        .closed("a negative length", "\(post)Content-Length: -3\r\n\r\nabc", 400),
        .closed("a length with a plus", "\(post)Content-Length: +3\r\n\r\nabc", 400),
        .closed("a hexadecimal length", "\(post)Content-Length: 0x3\r\n\r\nabc", 400),
        .closed("a length with a fraction", "\(post)Content-Length: 3.0\r\n\r\nabc", 400),
        .closed("an empty length", "\(post)Content-Length:\r\n\r\nabc", 400),
        .closed("a length beyond 64 bits", "\(post)Content-Length: 99999999999999999999\r\n\r\nabc", 400),
        .closed("a length of letters", "\(post)Content-Length: three\r\n\r\nabc", 400),
        .closed("a length and chunks", "\(post)Content-Length: 3\r\n\(chunks)3\r\nabc\r\n0\r\n\r\n", 400),
        .closed(
            "chunks and a length", "\(post)Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            400),
    ]

    /// Transfer codings (section 6.1).
    private static let codings: [FramingCase] = [
        .kept("chunks", "\(post)\(chunks)3\r\nabc\r\n0\r\n\r\n", 200),
        .kept("chunks with a coding in capitals", "\(post)Transfer-Encoding: Chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200),
        .kept("chunks with an extension", "\(post)\(chunks)3;a=b\r\nabc\r\n0\r\n\r\n", 200),
        .kept("chunks with a trailer", "\(post)\(chunks)3\r\nabc\r\n0\r\nX-T: 1\r\n\r\n", 200),
        .closed("gzip, chunked", "\(post)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400),
        .closed("chunked, gzip", "\(post)Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400),
        .closed("gzip", "\(post)Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n", 400),
        .closed("identity", "\(post)Transfer-Encoding: identity\r\n\r\n", 400),
        .closed("a coding that nobody knows", "\(post)Transfer-Encoding: frob\r\n\r\n0\r\n\r\n", 501),
        .closed("a coding like chunked", "\(post)Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
        .closed("chunked twice", "\(post)Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", 400),
        .closed("chunked in two fields", "\(post)Transfer-Encoding: chunked\r\n\(chunks)0\r\n\r\n", 400),
        .closed("an empty coding", "\(post)Transfer-Encoding:\r\n\r\n0\r\n\r\n", 400),
        .closed("chunks in HTTP/1.0", "POST /take HTTP/1.0\r\n\(host)\(chunks)0\r\n\r\n", 400),
    ]

    /// Chunks (section 7.1).
    private static let chunkSizes: [FramingCase] = [
        .closed("a chunk size of letters", "\(post)\(chunks)xyz\r\nabc\r\n0\r\n\r\n", 400),
        .closed("a negative chunk size", "\(post)\(chunks)-3\r\nabc\r\n0\r\n\r\n", 400),
        .closed("a chunk size with 0x", "\(post)\(chunks)0x3\r\nabc\r\n0\r\n\r\n", 400),
        .closed("a chunk size beyond 64 bits", "\(post)\(chunks)fffffffffffffffff\r\nabc\r\n0\r\n\r\n", 400),
        .closed("an empty chunk size", "\(post)\(chunks)\r\nabc\r\n0\r\n\r\n", 400),
        .closed("a chunk longer than it says", "\(post)\(chunks)2\r\nabc\r\n0\r\n\r\n", 400),
        .closed("a chunk with a bare line feed", "\(post)\(chunks)3\nabc\r\n0\r\n\r\n", 400),
        .closed("a chunk size with a space before it", "\(post)\(chunks) 3\r\nabc\r\n0\r\n\r\n", 400),
    ]

    /// Expectations (RFC 9110, section 10.1.1).
    private static let expectations: [FramingCase] = [
        .kept("an expectation that is known", "\(post)Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", 200),
        .kept("an expectation in capitals", "\(post)Expect: 100-Continue\r\nContent-Length: 3\r\n\r\nabc", 200),
        .closed("another expectation", "\(post)Expect: 200-ok\r\nContent-Length: 3\r\n\r\nabc", 417),
        .closed("two expectations", "\(post)Expect: 100-continue, frob\r\nContent-Length: 3\r\n\r\nabc", 417),
        .closed("an expectation in HTTP/1.0", "POST /take HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc", 200),
    ]

    /// The connection (section 9).
    private static let connections: [FramingCase] = [
        .closed("Connection: close", "GET / HTTP/1.1\r\n\(host)Connection: close\r\n\r\n", 200),
        .closed("Connection: Close in capitals", "GET / HTTP/1.1\r\n\(host)Connection: Close\r\n\r\n", 200),
        .closed("close in a list", "GET / HTTP/1.1\r\n\(host)Connection: x, close\r\n\r\n", 200),
        .kept("two requests at once", "GET / HTTP/1.1\r\n\(host)\r\nGET / HTTP/1.1\r\n\(host)\r\n", 200, 200),
        .closed("a good request before a bad one", "GET / HTTP/1.1\r\n\(host)\r\nGET / HTTP/1.1\r\n\r\n", 200, 400),
        .closed("a good request before rubbish", "GET / HTTP/1.1\r\n\(host)\r\nRUBBISH\r\n\r\n", 200, 400),
        .closed(
            "an upgrade that is not offered", "GET / HTTP/1.1\r\n\(host)Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
            200),
        .closed(
            "an upgrade to HTTP/2",
            "GET / HTTP/1.1\r\n\(host)Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n",
            200),
    ]
}
