import GatewayHarness
import Testing

@Suite("Bearer tokens", .sharedGateway, .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct TokenTests {
    /// A header `Authorization` that proves nothing.
    struct BadToken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let header: @Sendable () -> String?

        init(_ name: String, _ header: @escaping @Sendable () -> String?) {
            testDescription = name
            self.header = header
        }
    }

    static let badTokens: [BadToken] = [
        BadToken("no token") { nil },
        BadToken("an empty token") { "Bearer " },
        BadToken("not a token") { "Bearer not-a-token" },
        BadToken("another scheme") { "Basic dXNlcjpwYXNz" },
        BadToken("expired") { bearer(#"{"sub":"7","exp":\#(Token.now - 60)}"#) },
        BadToken("no exp") { bearer(#"{"sub":"7"}"#) },
        BadToken("exp as a string") { bearer(#"{"sub":"7","exp":"never"}"#) },
        BadToken("not valid yet") { bearer(#"{"sub":"7","nbf":\#(Token.now + 3600),"exp":\#(Token.now + 7200)}"#) },
        BadToken("no sub") { bearer(#"{"exp":\#(Token.now + 3600)}"#) },
        BadToken("an empty sub") { bearer(#"{"sub":"","exp":\#(Token.now + 3600)}"#) },
        BadToken("alg none") {
            let header = Token.base64URL(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
            return "Bearer \(header).\(Token.base64URL(Array(valid.utf8)))."
        },
        BadToken("alg none with a signature") { bearer(valid, header: #"{"alg":"none"}"#) },
        BadToken("alg RS256 over the shared secret") { bearer(valid, header: #"{"alg":"RS256","typ":"JWT"}"#) },
        BadToken("no alg") { bearer(valid, header: #"{"typ":"JWT"}"#) },
        BadToken("valid for too long") { bearer(#"{"sub":"7","exp":\#(Token.now + 86_500)}"#) },
        BadToken("sub as a number") { bearer(#"{"sub":7,"exp":\#(Token.now + 3600)}"#) },
        BadToken("sub twice") { bearer(#"{"sub":"7","sub":"8","exp":\#(Token.now + 3600)}"#) },
        BadToken("sub that is not in NFC") { bearer(#"{"sub":"\u212Aelvin","exp":\#(Token.now + 3600)}"#) },
        BadToken("crit null") { bearer(valid, header: #"{"alg":"HS256","crit":null}"#) },
        BadToken("a padded signature") { bearer(valid).map { $0 + "=" } },
        BadToken("unknown kid") { bearer(valid, header: #"{"alg":"HS256","kid":"nobody"}"#) },
        BadToken("wrong secret") { "Bearer " + Token.sign(valid, secret: "another-secret-of-sufficient-length-0000") },
        BadToken("a signature cut short") { bearer(valid).map { String($0.dropLast(4)) } },
        BadToken("claims changed after signing") {
            let parts = Token.valid(subject: "7").split(separator: ".")
            let admin = Token.base64URL(Array(#"{"sub":"7","role":"admin","exp":\#(Token.now + 3600)}"#.utf8))
            return "Bearer \(parts[0]).\(admin).\(parts[2])"
        },
    ]

    @Test("A token that proves nothing answers 401 and says what is wanted", arguments: badTokens)
    func refused(token: BadToken) async throws {
        let gateway = try GatewayProcess.shared
        let client = Client(gateway: gateway, subject: "7", authorization: token.header())
        for path in ["/orders", "/payments/transactions", "/orders/1", "/providers"] {
            let answer = try await client.get(path)
            expectProblem(answer, 401, "unauthenticated")
            #expect(answer.header("www-authenticate")?.hasPrefix("Bearer") == true, "\(answer)")
        }
        expectProblem(try await client.post("/orders", #"{"amount":1,"currency":"USD"}"#), 401, "unauthenticated")
    }

    @Test("A token properly signed with another algorithm than the configured one is refused")
    func otherAlgorithm() async throws {
        let gateway = try GatewayProcess.shared
        let token = try await runPython("sign_hs512.py", [Token.secret, Self.valid]).split(separator: "\n")[0]
        let answer = try await Client(gateway: gateway, subject: "7", authorization: "Bearer \(token)").get("/orders")
        expectProblem(answer, 401, "unauthenticated")
    }

    @Test("The scheme's name is taken in any letter case (RFC 9110, section 11.1)")
    func schemeCase() async throws {
        let gateway = try GatewayProcess.shared
        let client = Client(gateway: gateway, subject: "7", authorization: "bearer \(Token.valid(subject: "7"))")
        #expect(try await client.get("/orders").status == 200)
    }

    @Test("The role `admin` makes an admin, alone or in a list", arguments: [#""admin""#, #"["admin"]"#, #"["user","admin"]"#])
    func adminRoles(role: String) async throws {
        let gateway = try GatewayProcess.shared
        let token = Token.sign(#"{"sub":"7","role":\#(role),"exp":\#(Token.now + 3600)}"#)
        let answer = try await Client(gateway: gateway, subject: "7", authorization: "Bearer \(token)").get("/providers")
        #expect(answer.status == 200, "\(answer)")
    }

    @Test("No other role makes an admin", arguments: [#""user""#, #""Admin""#, #"["user"]"#, "[]", "true"])
    func roles(role: String) async throws {
        let gateway = try GatewayProcess.shared
        let token = Token.sign(#"{"sub":"7","role":\#(role),"exp":\#(Token.now + 3600)}"#)
        let answer = try await Client(gateway: gateway, subject: "7", authorization: "Bearer \(token)").get("/providers")
        #expect(answer.status == 403 || answer.status == 401, "\(answer)")
    }

    @Test("The command `token` prints a token that works, for the subject, role and time it was asked for")
    func command() async throws {
        let gateway = try GatewayProcess.shared
        let result = try await gateway.command("token", "--subject", "42", "--role", "admin", "--ttl", "1h")
        #expect(result.end == .exited(0), "\(result.everything)")
        let token = String(result.output.split(separator: "\n")[0])
        let client = Client(gateway: gateway, subject: "42", authorization: "Bearer \(token)")
        #expect(try await client.get("/providers").status == 200)
        let order = try await client.post("/orders", #"{"amount":1,"currency":"USD"}"#)
        #expect(order["user_id"].string == "42", "\(order)")

        let user = try await gateway.command("token", "--subject", "43")
        let userToken = String(user.output.split(separator: "\n")[0])
        let userClient = Client(gateway: gateway, subject: "43", authorization: "Bearer \(userToken)")
        #expect(try await userClient.get("/orders").status == 200)
        #expect(try await userClient.get("/providers").status == 403)
    }

    private static var valid: String { #"{"sub":"7","exp":\#(Token.now + 3600)}"# }

    private static func bearer(_ claims: String, header: String = #"{"alg":"HS256","typ":"JWT"}"#) -> String? {
        "Bearer " + Token.sign(claims, header: header)
    }
}
