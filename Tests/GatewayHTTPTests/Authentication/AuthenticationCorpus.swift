import Foundation
import GatewayCore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

/// One value of the header `Authorization`, and whether the API lets its sender in.
///
/// The cases were collected by an audit of the gateway, from RFC 6750, 7515, 7517, 7519, 8725 and 9068, and from known weaknesses of other
/// libraries. The table has ``count`` of them.
struct AuthenticationCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Whether the sender is let in.
    let isAccepted: Bool
    /// What the gateway asks of tokens.
    let rules: TokenRules
    /// The header's value; nil for none.
    let header: @Sendable (TokenForge) throws -> String?

    private init(
        _ name: String, _ isAccepted: Bool, _ rules: TokenRules = TokenRules(),
        _ header: @escaping @Sendable (TokenForge) throws -> String?
    ) {
        testDescription = name
        self.isAccepted = isAccepted
        self.rules = rules
        self.header = header
    }

    /// All cases.
    static let all = forms + structures + algorithms + headers + identities + times + issuers + roles + signatures

    /// How many there are.
    static let count = 254

    private static let now = TokenForge().now.unixSeconds
    private static let plain = #"{"alg":"HS256","typ":"JWT"}"#
    private static let good = #"{"sub":"42","exp":\#(now + 600)}"#

    private static func text(_ text: String) -> String { TokenForge.base64URL(Data(text.utf8)) }

    /// A case of a header with a good token in the place of `TOKEN`.
    private static func form(_ form: String?, _ isAccepted: Bool = false) -> AuthenticationCase {
        AuthenticationCase("form: \(form ?? "no header")", isAccepted) { forge in
            let token = try forge.token(header: plain, claims: good)
            return form?.replacing("TOKEN", with: token)
        }
    }

    /// A case of a properly signed token with this header and these claims.
    private static func token(
        _ name: String, _ isAccepted: Bool, header: String = plain, claims: String = good, _ rules: TokenRules = TokenRules()
    ) -> AuthenticationCase {
        AuthenticationCase(name, isAccepted, rules) { "Bearer " + (try $0.token(header: header, claims: claims)) }
    }

    /// A case of a good token that was changed after it was signed.
    private static func changed(
        _ name: String, _ change: @escaping @Sendable ([String]) throws -> String
    ) -> AuthenticationCase {
        AuthenticationCase(name, false) { forge in
            let token = try forge.token(header: plain, claims: good)
            return "Bearer " + (try change(token.split(separator: ".").map(String.init)))
        }
    }

    // MARK: The header field

    private static let forms: [AuthenticationCase] = [
        form("Bearer TOKEN", true), form("bearer TOKEN", true), form("BEARER TOKEN", true), form("bEaReR TOKEN", true),
        form(nil), form("Bearer"), form("TOKEN"), form("Basic TOKEN"), form("Token TOKEN"), form("JWT TOKEN"), form("DPoP TOKEN"),
        form("Bearer  TOKEN", true), form("Bearer\tTOKEN"), form("Bearer: TOKEN"), form("Bearer=TOKEN"), form("BearerTOKEN"),
        form("Bearer TOKEN TOKEN"), form("Bearer TOKEN,"), form("Bearer \"TOKEN\""), form("Bearer TOKEN;"), form("Bearer TOKEN="),
        form("Bearer Bearer TOKEN"), form("Bearer null"), form("Bearer undefined"), form("Bearer [object Object]"),
        form("Basic dXNlcjpwYXNz"), form("Bearer TOKEN, Basic dXNlcjpwYXNz"),
        AuthenticationCase("form: a token of 9,000 bytes", false) { forge in
            "Bearer "
                + (try forge.token(
                    header: plain, claims: #"{"sub":"42","x":"\#(String(repeating: "a", count: 7000))","exp":\#(now + 9)}"#))
        },
    ]

    // MARK: The parts

    private static let structures: [AuthenticationCase] =
        [
            "", ".", "..", "...", "a", "a.b", "a.b.c", "....", "e30.e30.", "e30.e30.e30", "bnVsbA.e30.x", "W10.e30.x", "ey.e30.x",
            "=.=.=",
        ].map { parts in AuthenticationCase("parts: \(parts)", false) { _ in "Bearer x" + parts } }
        + [
            changed("parts: without a signature") { "\($0[0]).\($0[1])" },
            changed("parts: with an empty signature") { "\($0[0]).\($0[1])." },
            changed("parts: with a fourth part") { "\($0[0]).\($0[1]).\($0[2]).x" },
            changed("parts: with an empty fourth part") { "\($0[0]).\($0[1]).\($0[2])." },
            changed("parts: five, as an encrypted token has") { "\($0[0])..\($0[1]).\($0[2]).x" },
            changed("parts: without a header") { ".\($0[1]).\($0[2])" },
            changed("parts: without claims") { "\($0[0])..\($0[2])" },
            changed("parts: a padded header") { "\($0[0])=.\($0[1]).\($0[2])" },
            changed("parts: padded claims") { "\($0[0]).\($0[1])=.\($0[2])" },
            changed("parts: a padded signature") { "\($0[0]).\($0[1]).\($0[2])=" },
            changed("parts: the standard alphabet") {
                "\($0[0]).\($0[1]).\($0[2].replacing("_", with: "/").replacing("-", with: "+"))+"
            },
            changed("parts: a letter more") { "\($0[0]).\($0[1]).\($0[2])A" },
            changed("parts: percent-encoded") { "\($0[0])%2E\($0[1])%2E\($0[2])" },
            changed("parts: the JSON serialization") {
                #"{"protected":"\#($0[0])","payload":"\#($0[1])","signature":"\#($0[2])"}"#
            },
            changed("parts: exchanged") { "\($0[1]).\($0[0]).\($0[2])" },
        ]
        + [
            "null", "[]", "5", "true", #""HS256""#, "", "{", #"{"alg":"HS256",}"#, #"{"alg":"HS256"}x"#, "\u{FEFF}\(plain)",
            #"{alg:"HS256"}"#,
        ].map {
            token("header is \($0.isEmpty ? "empty" : $0)", false, header: $0)
        }
        + ["null", "[]", "5", "true", #""42""#, "", "{", #"{"sub":"42",}"#, "\(good)x", "\u{FEFF}\(good)", "\(good)\(good)"].map {
            token("claims are \($0.isEmpty ? "empty" : $0)", false, claims: $0)
        }
        + [
            token("claims with spaces", true, claims: " \n{ \"sub\" : \"42\" ,\t\"exp\" : \(now + 60) } "),
            token(
                "claims nested too deep", false,
                claims:
                    #"{"sub":"42","exp":\#(now + 60),"x":\#(String(repeating: "[", count: 20) + String(repeating: "]", count: 20))}"#
            ),
            token("claims with others", true, claims: #"{"sub":"42","exp":\#(now + 60),"jti":"a","x":{"y":[1,null]}}"#),
        ]

    // MARK: The algorithm

    private static let algorithms: [AuthenticationCase] =
        [
            "none", "None", "NONE", "nOnE", "", " ", "hs256", "Hs256", "HS256 ", "HS384", "HS512", "RS256", "RS384", "RS512",
            "PS256", "ES256",
            "ES384", "ES512", "ES256K", "EdDSA", "A256GCM", "dir", "RSA-OAEP",
        ].map { token("alg: \($0)", false, header: #"{"alg":"\#($0)"}"#) }
        + ["null", "5", "true", #"["HS256"]"#, "{}"].map { token("alg: \($0)", false, header: #"{"alg":\#($0)}"#) }
        + [
            token("alg: missing", false, header: #"{"typ":"JWT"}"#),
            token("alg: in upper case as a name", false, header: #"{"ALG":"HS256"}"#),
            token("alg: escaped", true, header: #"{"\u0061lg":"HS256"}"#),
            AuthenticationCase("alg: none without a signature", false) { _ in "Bearer \(text(#"{"alg":"none"}"#)).\(text(good))."
            },
            AuthenticationCase("alg: HS256 without a signature", false) { _ in "Bearer \(text(plain)).\(text(good))." },
        ]

    // MARK: Other members of the header

    private static let headers: [AuthenticationCase] =
        [#"["exp"]"#, "[]", "null", #""exp""#, "5", "{}", #"["b64"]"#].map {
            token("crit: \($0)", false, header: #"{"alg":"HS256","crit":\#($0)}"#)
        }
        + [#""a""#, "\"\"", "5", "null", #"["a"]"#, #""../../dev/null""#, #""' OR 1=1 --""#].map {
            token("kid: \($0)", false, header: #"{"alg":"HS256","kid":\#($0)}"#)
        }
        + [
            token("typ: not asked for", true, header: #"{"alg":"HS256","typ":"anything"}"#),
            token("typ: a number", false, header: #"{"alg":"HS256","typ":5}"#),
            token("typ: missing, and asked for", false, header: #"{"alg":"HS256"}"#, TokenRules(type: "at+jwt")),
            token("typ: another than is asked for", false, TokenRules(type: "at+jwt")),
            token("typ: as is asked for", true, header: #"{"alg":"HS256","typ":"at+jwt"}"#, TokenRules(type: "at+jwt")),
            token("typ: in full", true, header: #"{"alg":"HS256","typ":"application/AT+JWT"}"#, TokenRules(type: "at+jwt")),
            token("typ: with a suffix", false, header: #"{"alg":"HS256","typ":"at+jwt2"}"#, TokenRules(type: "at+jwt")),
            token("jku: not followed", true, header: #"{"alg":"HS256","jku":"https://attacker.example/jwks"}"#),
            token("alg: twice", false, header: #"{"alg":"HS256","alg":"HS256"}"#),
            token("alg: twice, once none", false, header: #"{"alg":"none","alg":"HS256"}"#),
            token("typ: twice", false, header: #"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#),
        ]

    // MARK: sub

    private static func subject(_ json: String, _ isAccepted: Bool) -> AuthenticationCase {
        token("sub: \(json)", isAccepted, claims: #"{"sub":\#(json),"exp":\#(now + 600)}"#)
    }

    private static let identities: [AuthenticationCase] =
        [
            #""""#, "42", "4.2e1", "null", "true", #"["42"]"#, #"{"id":"42"}"#, #""\u0000""#, #""4\n2""#, #""4\t2""#,
            #""\u007f42""#, #""\u009f42""#,
            #""\u212Aelvin""#, #""e\u0301""#, #""\u202e42""#, #""\u200b42""#, #""42\ufeff""#, #""\u2028""#, #""\u1100\u1161""#,
            "\"\(String(repeating: "x", count: 256))\"", "\"\(String(repeating: "\u{E9}", count: 256))\"", #""\ud800""#,
        ].map { subject($0, false) }
        + [
            #""42""#, #""Kelvin""#, #""\u00e9""#, #""a b""#, #""auth0|5f7c8ec7c33c6c004bbafe82""#, #""user@example.com""#,
            #""\u4e2d\u6587""#,
            #""\ud83d\ude00""#, "\"\(String(repeating: "x", count: 255))\"",
        ].map { subject($0, true) }
        + [
            token("sub: missing", false, claims: #"{"exp":\#(now + 600)}"#),
            token("sub: twice, the same", false, claims: #"{"sub":"42","sub":"42","exp":\#(now + 600)}"#),
            token("sub: twice, another", false, claims: #"{"sub":"42","exp":\#(now + 600),"sub":"1"}"#),
            token("sub: twice, once escaped", false, claims: #"{"sub":"42","exp":\#(now + 600),"s\u0075b":"1"}"#),
        ]

    // MARK: exp, nbf, iat

    private static func time(_ members: String, _ isAccepted: Bool, _ rules: TokenRules = TokenRules()) -> AuthenticationCase {
        token("time: \(members.replacing("\(now)", with: "now"))", isAccepted, claims: #"{"sub":"42",\#(members)}"#, rules)
    }

    private static let times: [AuthenticationCase] = [
        token("time: no exp", false, claims: #"{"sub":"42"}"#), time(#""exp":null"#, false),
        time(#""exp":"\#(now + 60)""#, false),
        time(#""exp":\#(now)"#, false), time(#""exp":\#(now - 1)"#, false), time(#""exp":0"#, false), time(#""exp":-1"#, false),
        time(#""exp":true"#, false), time(#""exp":[\#(now + 60)]"#, false), time(#""exp":1e400"#, false),
        time(#""exp":1e300"#, false),
        time(#""exp":\#(now + 1)"#, true), time(#""exp":\#(now).5"#, true), time(#""exp":1.767834001e9"#, true),
        time(#""exp":\#(now + 60),"exp":\#(now + 60)"#, false), time(#""exp":1,"exp":\#(now + 60)"#, false),
        time(#""exp":\#(now + 86_400)"#, true), time(#""exp":\#(now + 86_401)"#, false),
        time(#""exp":\#(now + 86_400),"iat":\#(now)"#, true), time(#""exp":\#(now + 86_400),"iat":\#(now - 1)"#, false),
        time(#""exp":\#(now + 1),"iat":0"#, false),
        time(#""exp":\#(now + 3601)"#, false, TokenRules(maximumLifetime: .seconds(3600))),
        time(#""exp":\#(now + 60),"iat":\#(now + 30)"#, true), time(#""exp":\#(now + 60),"iat":\#(now + 31)"#, false),
        time(#""exp":\#(now + 60),"iat":"now""#, false), time(#""exp":\#(now + 60),"iat":null"#, false),
        time(#""exp":\#(now + 60),"nbf":\#(now + 30)"#, true), time(#""exp":\#(now + 60),"nbf":\#(now + 31)"#, false),
        time(#""exp":\#(now + 60),"nbf":"0""#, false), time(#""exp":\#(now + 60),"nbf":null"#, false),
        time(#""exp":\#(now + 60),"nbf":-1e300"#, true),
        time(#""exp":\#(now + 60),"nbf":0,"nbf":0"#, false),
    ]

    // MARK: iss and aud

    private static func issuer(_ members: String, _ isAccepted: Bool, _ rules: TokenRules) -> AuthenticationCase {
        token(
            "issuer: \(members) for \(rules.issuer ?? "any") and \(rules.audience ?? "any")", isAccepted,
            claims: #"{"sub":"42","exp":\#(now + 60)\#(members)}"#, rules)
    }

    private static let issuers: [AuthenticationCase] = {
        let both = TokenRules(issuer: "https://id.example", audience: "gateway")
        let kelvin = TokenRules(issuer: "K", audience: "K")
        let iss = #","iss":"https://id.example""#
        return [
            issuer(iss + #","aud":"gateway""#, true, both), issuer(iss + #","aud":["shop","gateway"]"#, true, both),
            issuer(#","aud":"gateway""#, false, both), issuer(iss, false, both), issuer("", false, both),
            issuer("", true, TokenRules()),
            issuer(#","iss":"https://id.example/","aud":"gateway""#, false, both),
            issuer(#","iss":"HTTPS://id.example","aud":"gateway""#, false, both),
            issuer(#","iss":["https://id.example"],"aud":"gateway""#, false, both),
            issuer(#","iss":null,"aud":"gateway""#, false, both),
            issuer(iss + #","aud":"shop""#, false, both), issuer(iss + #","aud":[]"#, false, both),
            issuer(iss + #","aud":"Gateway""#, false, both),
            issuer(iss + #","aud":"gateway2""#, false, both), issuer(iss + #","aud":{"gateway":1}"#, false, both),
            issuer(iss + #","aud":["gateway",5]"#, false, both),
            issuer(iss + #","aud":null"#, false, both), issuer(iss + iss + #","aud":"gateway""#, false, both),
            issuer(#","iss":"\u212A","aud":"K""#, false, kelvin), issuer(#","iss":"K","aud":"\u212A""#, false, kelvin),
            issuer(#","iss":"K","aud":"K""#, true, kelvin),
        ]
    }()

    // MARK: role and scope

    private static let roles: [AuthenticationCase] =
        [#""admin""#, #""user""#, "\"\"", "[]", #"["user","admin"]"#].map {
            token("role: \($0)", true, claims: #"{"sub":"42","exp":\#(now + 60),"role":\#($0)}"#)
        }
        + ["1", "true", "null", #"{"admin":true}"#, #"["admin",1]"#].map {
            token("role: \($0)", false, claims: #"{"sub":"42","exp":\#(now + 60),"role":\#($0)}"#)
        }
        + [token("role: twice", false, claims: #"{"sub":"42","exp":\#(now + 60),"role":"user","role":"admin"}"#)]
        + [
            token("scope: some", true, claims: #"{"sub":"42","exp":\#(now + 60),"scope":"openid payments:refund"}"#),
            token("scope: a list", false, claims: #"{"sub":"42","exp":\#(now + 60),"scope":["payments:refund"]}"#),
            token("scope: null", false, claims: #"{"sub":"42","exp":\#(now + 60),"scope":null}"#),
        ]

    // MARK: The signature

    private static let signatures: [AuthenticationCase] =
        ["", "a", "another secret of the tests, thirty-two bytes and more", "a secret of the tests, thirty-two bytes and more "]
        .map { secret in
            AuthenticationCase("signature: by the secret '\(secret)'", false) { forge in
                var forge = forge
                forge.secret = secret
                return "Bearer " + (try forge.token(header: plain, claims: good))
            }
        }
        + [
            changed("signature: cut short") { "\($0[0]).\($0[1]).\($0[2].dropLast(4))" },
            changed("signature: of other claims") {
                "\($0[0]).\(text(#"{"sub":"1","role":"admin","exp":\#(now + 60)}"#)).\($0[2])"
            },
            changed("signature: of another header") { "\(text(#"{"alg":"HS256"}"#)).\($0[1]).\($0[2])" },
            changed("signature: of zeros") { "\($0[0]).\($0[1]).\(String(repeating: "A", count: 43))" },
            changed("signature: of the hash of nothing") { "\($0[0]).\($0[1]).47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
            changed("signature: twice") { "\($0[0]).\($0[1]).\($0[2])\($0[2])" },
            changed("signature: the first byte changed") {
                "\($0[0]).\($0[1]).\($0[2].hasPrefix("A") ? "B" : "A")\($0[2].dropFirst())"
            },
            changed("signature: unused bits set") { parts in
                let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
                let last = try #require(parts[2].last.flatMap { alphabet.firstIndex(of: $0) })
                return "\(parts[0]).\(parts[1]).\(parts[2].dropLast())\(alphabet[last + 1])"
            },
        ]
}

@Suite("The corpus of authentication")
struct AuthenticationCorpusTests {
    @Test("has as many cases as it says, each with a name of its own")
    func size() {
        #expect(AuthenticationCase.all.count == AuthenticationCase.count)
        #expect(AuthenticationCase.count >= 163)
        #expect(Set(AuthenticationCase.all.map(\.testDescription)).count == AuthenticationCase.count)
        #expect(AuthenticationCase.all.filter(\.isAccepted).count > 20)
    }

    @Test("is handled right", .timeLimit(.minutes(10)), arguments: AuthenticationCase.all)
    func handled(_ entry: AuthenticationCase) async throws {
        try await TestAPI.run(rules: entry.rules) { api in
            let header = try entry.header(api.forge)
            for method: HTTPTypes.HTTPRequest.Method in [.get, .post] {
                let answer = try await api.send(
                    method, "/api/v1/orders", authorization: header, body: method == .post ? "{}" : nil)
                if entry.isAccepted {
                    #expect(answer.status == (method == .get ? .ok : .unprocessableContent), "\(String(buffer: answer.body))")
                } else {
                    #expect(answer.status == .unauthorized)
                    #expect(answer.problemCode == "unauthenticated")
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                    for part in (header ?? "").split(separator: ".") where part.count > 8 {
                        #expect(!String(buffer: answer.body).contains(part), "no refusal repeats the token")
                    }
                }
            }
        }
    }
}
