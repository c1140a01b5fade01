import HTTPTypes

extension RequestCase {
    /// Bodies that must be refused.
    static let bodies: [RequestCase] = syntax + texts + bytes + shapes + mediaTypes + orders + payments + commands

    private static let syntax: [RequestCase] = [
        .malformed("an empty body", ""), .malformed("a space", " "), .malformed("an opening brace", "{"),
        .malformed("a closing brace", "}"),
        .malformed("an opening bracket", "["), .malformed("no end", #"{"amount":1"#),
        .malformed("a trailing comma", #"{"amount":1,}"#),
        .malformed("a leading comma", #"{,"amount":1}"#), .malformed("two commas", #"{"amount":1,,"currency":"USD"}"#),
        .malformed("a name alone", #"{"amount"}"#), .malformed("no value", #"{"amount":}"#),
        .malformed("a name without quotes", "{amount:1}"),
        .malformed("single quotes", "{'amount':1}"), .malformed("no comma", #"{"amount":1 "currency":"USD"}"#),
        .malformed("two documents", #"{"amount":1}{"amount":2}"#), .malformed("something behind", #"{"amount":1}x"#),
        .malformed("a line comment", "// an order\n{}"), .malformed("a comment", "{/* */}"),
        .malformed("a hash comment", "# order\n{}"),
        .malformed("a leading zero", #"{"amount":01}"#), .malformed("a plus sign", #"{"amount":+1}"#),
        .malformed("no whole part", #"{"amount":.5}"#),
        .malformed("no fraction", #"{"amount":1.}"#), .malformed("no exponent", #"{"amount":1e}"#),
        .malformed("hexadecimal", #"{"amount":0x10}"#),
        .malformed("not a number", #"{"amount":NaN}"#), .malformed("infinity", #"{"amount":Infinity}"#),
        .malformed("a minus alone", #"{"amount":-}"#),
        .malformed("an underscore", #"{"amount":1_000}"#), .malformed("a comma in a number", #"{"amount":1,000}"#),
        .malformed("a capital literal", #"{"amount":True}"#), .malformed("half a literal", #"{"amount":nul}"#),
        .malformed("undefined", #"{"amount":undefined}"#),
        .malformed("a name twice", #"{"amount":1,"amount":2,"currency":"USD"}"#),
        .malformed("a name twice, once escaped", #"{"amount":1,"\u0061mount":2,"currency":"USD"}"#),
        .malformed("a name twice within", #"{"amount":1,"currency":"USD","metadata":{"a":"1","a":"2"}}"#),
        .malformed("a form", "amount=1&currency=USD"), .malformed("XML", "<order amount='1'/>"), .malformed("YAML", "amount: 1"),
        .malformed(
            "nested too deep", #"{"metadata":"# + String(repeating: "[", count: 17) + String(repeating: "]", count: 17) + "}"),
        .malformed("nested without an end", String(repeating: "[", count: 60_000)),
        .malformed("objects without an end", String(repeating: #"{"a":"#, count: 12_000)),
    ]

    private static let texts: [RequestCase] = [
        .malformed("a string without an end", #"{"currency":"USD"#),
        .malformed("a newline in a string", "{\"description\":\"a\nb\"}"),
        .malformed("a tab in a string", "{\"description\":\"a\tb\"}"),
        .malformed("a NUL in a string", "{\"description\":\"a\0b\"}"),
        .malformed("an unknown escape", #"{"description":"\x41"}"#), .malformed("a short escape", #"{"description":"\u12"}"#),
        .malformed("an escape that is not hexadecimal", #"{"description":"\u12G4"}"#),
        .malformed("half a surrogate pair", #"{"description":"\ud83d"}"#),
        .malformed("the other half", #"{"description":"\ude00"}"#),
        .malformed("a wrong pair", #"{"description":"\ud83d\u0041"}"#),
        .malformed("two first halves", #"{"description":"\ud83d\ud83d"}"#),
        .malformed("a backslash at the end", #"{"description":"\"#),
    ]

    private static let bytes: [RequestCase] = [
        .malformed("a byte order mark", bytes: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)),
        .malformed("UTF-16", bytes: [0xFF, 0xFE, 0x7B, 0, 0x7D, 0]),
        .malformed("a NUL before", bytes: [0] + Array("{}".utf8)), .malformed("a NUL behind", bytes: Array("{}".utf8) + [0]),
        .malformed("a vertical tab", bytes: [0x0B] + Array("{}".utf8)), .malformed("a non-breaking space", "\u{A0}{}"),
        .malformed("gzip", bytes: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]),
        .malformed("an overlong form", bytes: text([0xC0, 0xAF])), .malformed("a surrogate", bytes: text([0xED, 0xA0, 0x80])),
        .malformed("half a character", bytes: text([0xE2, 0x82])),
        .malformed("beyond Unicode", bytes: text([0xF4, 0x90, 0x80, 0x80])),
        .malformed("a continuation alone", bytes: text([0x80])), .malformed("Latin-1", bytes: text([0xE9])),
    ]

    /// An order whose description is these bytes.
    private static func text(_ bytes: [UInt8]) -> [UInt8] {
        Array(#"{"amount":1,"currency":"USD","description":""#.utf8) + bytes + Array(#""}"#.utf8)
    }

    private static let shapes: [RequestCase] = ["[]", "[{}]", "1", "-0.5", #""text""#, "null", "true", "false"].map {
        .post("the document \($0)", $0, field: nil)
    }

    private static let mediaTypes: [RequestCase] =
        types.map { .media("the media type \"\($0)\"", [.contentType: $0]) }
        + codings.map { .media("the coding \($0)", [.contentEncoding: $0]) }

    private static let codings = ["gzip", "br", "deflate", "identity, gzip"]
    private static let types = [
        "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml",
        "application/jsonx",
        "json", "application/problem+json", "application/json-patch+json", "*/*",
    ]

    private static let orders: [RequestCase] = amounts + currencies + members

    private static let amounts: [RequestCase] =
        ([
            ("null", "null"), ("a boolean", "true"), ("a list", "[]"), ("an object", "{}"), ("zero", "0"), ("minus zero", "-0"),
            ("negative", "-1"),
            ("three decimals", "99.999"), ("an exponent that is too small", "1e-3"), ("too large", "10000000000"),
            ("far too large", "1e400"),
            ("an empty text", #""""#), ("a space", #"" ""#), ("a space before", #"" 1""#), ("a space behind", #""1 ""#),
            ("a word", #""ten""#),
            ("a decimal comma", #""99,99""#), ("a plus sign", #""+1""#), ("a leading zero in a text", #""01""#),
            ("hexadecimal in a text", #""0x10""#),
            ("Arabic digits", #""٣""#), ("fullwidth digits", #""１""#), ("a currency sign", #""$1""#),
            ("not a number in a text", #""NaN""#),
            ("256 characters", #""\#(String(repeating: "1", count: 256))""#),
        ] as [(String, String)]).map { .post("the amount is \($0)", #"{"amount":\#($1),"currency":"USD"}"#, field: "amount") }

    private static let currencies: [RequestCase] =
        ([
            ("null", "null"), ("a number", "840"), ("a list", #"["USD"]"#), ("empty", #""""#), ("two letters", #""US""#),
            ("four letters", #""USDX""#),
            ("not a currency", #""ABC""#), ("without a minor unit", #""XAU""#), ("a sign", #""€""#), ("with a space", #""USD ""#),
            ("with a NUL", #""USD\u0000""#), ("fullwidth", #""ＵＳＤ""#),
        ] as [(String, String)]).map { .post("the currency is \($0)", #"{"amount":1,"currency":\#($1)}"#, field: "currency") }

    private static let members: [RequestCase] = [
        .post("no amount", #"{"currency":"USD"}"#, field: "amount"), .post("no currency", #"{"amount":1}"#, field: "currency"),
        .post("nothing", "{}", field: "amount"), .post("half a yen", #"{"amount":0.5,"currency":"JPY"}"#, field: "amount"),
        .order("a description that is a number", #""description":5"#, field: "description"),
        .order(
            "a description that is too long", #""description":"\#(String(repeating: "x", count: 1001))""#, field: "description"),
        .order("a description with a NUL", #""description":"a\u0000b""#, field: "description"),
        .order("a description with an escape", #""description":"a\u001b[31mb""#, field: "description"),
        .order("metadata that is a text", #""metadata":"x""#, field: "metadata"),
        .order("metadata that is a list", #""metadata":[]"#, field: "metadata"),
        .order("metadata with a number", #""metadata":{"a":1}"#, field: "metadata.a"),
        .order("metadata with null", #""metadata":{"a":null}"#, field: "metadata.a"),
        .order("metadata within metadata", #""metadata":{"a":{"b":"c"}}"#, field: "metadata.a"),
        .order("an empty name", #""metadata":{"":"x"}"#, field: "metadata"),
        .order("a name in brackets", #""metadata":{"a[b]":"x"}"#, field: "metadata"),
        .order("a name of 41 characters", #""metadata":{"\#(String(repeating: "n", count: 41))":"x"}"#, field: "metadata"),
        .order("a value of 501 characters", #""metadata":{"a":"\#(String(repeating: "v", count: 501))"}"#, field: "metadata.a"),
        .order("a value with a NUL", #""metadata":{"a":"\u0000"}"#, field: "metadata"),
        .order("51 pairs", #""metadata":{\#((0...50).map { #""k\#($0)":"v""# }.joined(separator: ","))}"#, field: "metadata"),
        .order("an unknown member", #""amonut":1"#, field: "amonut"),
        .order("a member in capitals", #""AMOUNT":1"#, field: "AMOUNT"),
        .order("a member with a space", #""currency ":"USD""#, field: "currency "),
        .order("a prototype", #""__proto__":{"admin":true}"#, field: "__proto__"),
        .order("a status", #""status":"completed""#, field: "status"), .order("an id", #""id":1"#, field: "id"),
        .order("a user that is a number", #""user_id":5"#, field: "user_id"),
        .order("a user with a NUL", #""user_id":"42\u0000""#, field: "user_id"),
        RequestCase(
            name: "an order for someone else", body: Array(#"{"amount":1,"currency":"USD","user_id":"7"}"#.utf8), status: 403,
            code: "forbidden"),
        RequestCase(
            name: "a body of 384 KiB and a byte", body: Array(repeating: 0x20, count: 384 * 1024 + 1), status: 413,
            code: "payload_too_large"),
    ]

    private static let payments: [RequestCase] = orderIDs + paymentMembers

    private static let orderIDs: [RequestCase] = [
        "null", #""1""#, "1.5", "0", "-1", "9007199254740992", "99999999999999999999", "1e3", "true", "[1]", "{}",
    ].map { .payment("the order \($0)", "order_id", $0) }

    private static let paymentMembers: [RequestCase] = [
        .payment("an unknown capture method", "capture_method", #""later""#),
        .payment("a capture method in capitals", "capture_method", #""AUTOMATIC""#),
        .payment("a capture method that is a number", "capture_method", "1"),
        .payment("a provider that is a number", "provider", "7"),
        .payment("an empty provider", "provider", #""""#),
        .payment("a long provider", "provider", #""\#(String(repeating: "p", count: 33))""#),
        .payment("an address without an at", "receipt_email", #""x""#),
        .payment("an address without a dot", "receipt_email", #""a@b""#),
        .payment("an address with a space", "receipt_email", #""a b@c.d""#),
        .payment("two addresses", "receipt_email", #""a@b.c,d@e.f""#),
        .payment("a long suffix", "statement_descriptor_suffix", #""\#(String(repeating: "S", count: 23))""#),
        .payment("a long customer", "customer", #""\#(String(repeating: "c", count: 256))""#),
        .payment("a return URL that is a path", "return_url", #""/back""#),
        .payment("a return URL of another scheme", "return_url", #""ftp://shop.example""#),
        .payment("a script", "return_url", #""javascript:alert(1)""#),
        .payment("a return URL without a host", "return_url", #""https://""#),
        .payment("a return URL with a space", "return_url", #""https://shop.example/a b""#),
        .payment("a return URL that is not ASCII", "return_url", #""https://shöp.example""#),
        .payment("methods", "payment_method_types", #"["card"]"#), .payment("a card", "card", #"{"exp_month":12}"#),
    ]

    private static let commands: [RequestCase] = [
        .post(
            "a method that is an object", to: "/api/v1/payments/pi_1/confirm", #"{"payment_method":{}}"#, field: "payment_method"),
        .post(
            "a method that is a number", to: "/api/v1/payments/pi_1/confirm", #"{"payment_method":5}"#, field: "payment_method"),
        .post(
            "a long method", to: "/api/v1/payments/pi_1/confirm", #"{"payment_method":"\#(String(repeating: "m", count: 256))"}"#,
            field: "payment_method"),
        .post("a card in a confirmation", to: "/api/v1/payments/pi_1/confirm", #"{"card":{"exp_month":12}}"#, field: "card"),
        .post("a wrong return URL", to: "/api/v1/payments/pi_1/confirm", #"{"return_url":"back"}"#, field: "return_url"),
        .post("an unknown reason to cancel", to: "/api/v1/payments/pi_1/cancel", #"{"reason":"bored"}"#, field: "reason"),
        .post("a reason that is a number", to: "/api/v1/payments/pi_1/cancel", #"{"reason":1}"#, field: "reason"),
        .post("a note to a cancellation", to: "/api/v1/payments/pi_1/cancel", #"{"note":"x"}"#, field: "note"),
        .post("a refund's amount in the body", to: "/api/v1/payments/pi_1/refund", #"{"amount":1}"#, field: "amount"),
        .post("an unknown reason to refund", to: "/api/v1/payments/pi_1/refund", #"{"reason":"later"}"#, field: "reason"),
        .post("a refund's metadata that is a list", to: "/api/v1/payments/pi_1/refund", #"{"metadata":[]}"#, field: "metadata"),
    ]
}
