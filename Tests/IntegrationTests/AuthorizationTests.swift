import GatewayHarness
import Testing

@Suite("Who may refund, cancel and capture", .timeLimit(.minutes(10)))
struct AuthorizationTests {
    private static let scopes: GatewayConfiguration = {
        var configuration = GatewayConfiguration()
        configuration.appendix = "authorization: { refund: scope, cancel: scope, capture: scope }"
        return configuration
    }()

    private static let admins: GatewayConfiguration = {
        var configuration = GatewayConfiguration()
        configuration.appendix = "authorization: { refund: admin, cancel: admin, capture: admin }"
        return configuration
    }()

    private static func client(_ subject: String, scope: String, of gateway: GatewayProcess) -> Client {
        let token = Token.sign(#"{"sub":"\#(subject)","scope":"\#(scope)","exp":\#(Token.now + 600)}"#)
        return Client(gateway: gateway, subject: subject, authorization: "Bearer \(token)")
    }

    @Test("A token needs the scope of the action where the configuration asks for it; an admin needs none")
    func scope() async throws {
        try await withGateway(Self.scopes) { gateway in
            let user = gateway.newUser()
            let all = ["refund", "cancel", "capture"]
            for action in all {
                let payment =
                    switch action {
                    case "refund": try await user.pay()
                    case "cancel": try await user.begin()
                    default: try await user.begin(more: #","capture_method":"manual""#)
                    }
                if action == "capture" { #expect(try await user.confirm(payment).status == 200) }
                let path = "/payments/\(payment.intent)/\(action)"
                let others = all.filter { $0 != action }.map { "payments:\($0)" }.joined(separator: " ")
                for scope in ["", "payments", others] {
                    let answer = try await Self.client(user.subject, scope: scope, of: gateway).post(path)
                    expectProblem(answer, 403, "forbidden")
                    #expect(
                        answer.header("www-authenticate") == #"Bearer error="insufficient_scope", scope="payments:\#(action)""#)
                }
                let stranger = Self.client("stranger", scope: "payments:\(action)", of: gateway)
                expectProblem(try await stranger.post(path), 404, "not_found")
                let allowed = Self.client(user.subject, scope: "openid payments:\(action)", of: gateway)
                #expect(try await allowed.post(path).status == 200)
            }
            let payment = try await user.pay()
            #expect(try await gateway.admin.refund(payment).status == 200)
        }
    }

    @Test("Only an admin may where the configuration says so")
    func admin() async throws {
        try await withGateway(Self.admins) { gateway in
            let user = gateway.newUser()
            let (paid, open) = (try await user.pay(), try await user.begin())
            for (action, intent) in [("refund", paid.intent), ("cancel", open.intent), ("capture", open.intent)] {
                let caller = Self.client(user.subject, scope: "payments:\(action)", of: gateway)
                let answer = try await caller.post("/payments/\(intent)/\(action)")
                expectProblem(answer, 403, "forbidden")
                #expect(answer.header("www-authenticate") == nil)
            }
            #expect(try await gateway.admin.post("/payments/\(open.intent)/cancel").status == 200)
            #expect(try await gateway.admin.refund(paid).status == 200)
        }
    }

    @Test("The command `token` makes tokens with scopes, and none that the gateway would refuse")
    func command() async throws {
        try await withGateway(Self.scopes) { gateway in
            let payment = try await gateway.user("42").pay()
            let result = try await gateway.command(
                "token", "--subject", "42", "--scope", "payments:refund", "--scope", "payments:cancel")
            #expect(result.end == .exited(0), "\(result.everything)")
            let token = String(result.output.split(separator: "\n")[0])
            let client = Client(gateway: gateway, subject: "42", authorization: "Bearer \(token)")
            #expect(try await client.refund(payment).status == 200)
            let long = try await gateway.command("token", "--subject", "42", "--ttl", "25h")
            #expect(long.end == .exited(1) && long.errors.contains("at most 1d"), "\(long.everything)")
        }
    }
}
