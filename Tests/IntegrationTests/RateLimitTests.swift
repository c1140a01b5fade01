import GatewayHarness
import Testing

@Suite("Rate limits", .timeLimit(.minutes(10)))
struct RateLimitTests {
    @Test("Every operation that needs a token answers 429 to a user who sends too many requests")
    func everyOperation() async throws {
        var configuration = GatewayConfiguration()
        configuration.appendix = "rate_limits: { requests_per_second: 1, burst: 1 }"
        try await withGateway(configuration) { gateway in
            let operations = try await DescribedAPI(of: gateway).operations.values.filter(\.needsToken)
            try #require(operations.count > 10)
            for operation in operations.sorted(by: { $0.id < $1.id }) {
                let user = gateway.newUser()
                let path = operation.template.replacing("/api/v1", with: "").replacing(/\{\w+\}/, with: "999999999")
                let body = operation.takesJSON ? Array("{}".utf8) : nil
                var answer = try await user.send(operation.method, path, body: body)
                // A machine that takes a second for each of them lets each through.
                for _ in 0..<50 where answer.status != 429 { answer = try await user.send(operation.method, path, body: body) }
                expectProblem(answer, 429, "rate_limited")
                #expect(answer.header("retry-after") == "1")
            }
            #expect(try await gateway.admin.get("/orders").status == 200)
            #expect(try await gateway.admin.get("/orders").status == 200)
        }
    }
}
