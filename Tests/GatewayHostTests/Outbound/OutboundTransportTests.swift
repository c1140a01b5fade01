import MetricsTestKit
import ProviderAPI
import Testing

@testable import GatewayHost

@Suite("An outbound transport", .timeLimit(.minutes(10)))
struct OutboundTransportTests {
    @Test("passes on the whole request and hands back the whole answer")
    func answer() async throws {
        let reply = ScriptedServer.Reply.answer(headers: "Request-Id: req_9\r\n", body: #"{"id":"pi_1"}"#)
        try await ScriptedServer.run(reply) { server in
            try await OutboundFixture.run { fixture in
                var request = HTTPRequest.post("\(server.url)/v1/pay%2Fments?expand=a%20b")
                request.headers = [HTTPField("Idempotency-Key", "gw-1"), HTTPField("Content-Type", "text/plain")]
                var call = CallContext.within()
                call.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

                let response = try await fixture.transport(to: server.url).send(request, in: call)

                #expect(response.status == 200)
                #expect(response.header("request-id") == "req_9")
                #expect(String(decoding: response.body, as: UTF8.self) == #"{"id":"pi_1"}"#)
                let sent = try #require(server.requests.first)
                #expect(sent.hasPrefix("POST /v1/pay%2Fments?expand=a%20b HTTP/1.1\r\n"))
                for line in [
                    "Idempotency-Key: gw-1", "Content-Type: text/plain", "User-Agent: payment-gateway", "Content-Length: 11",
                    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "host: 127.0.0.1:\(server.port)",
                ] {
                    #expect(sent.contains("\r\n\(line)\r\n"))
                }
                #expect(sent.hasSuffix("\r\n\r\namount=1099"))
            }
        }
    }

    @Test("keeps a provider's own User-Agent")
    func userAgent() async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                var request = HTTPRequest(method: "GET", url: server.url)
                request.headers = [HTTPField("user-agent", "Acme/1")]
                _ = try await fixture.transport(to: server.url).send(request, in: .within())
                let sent = try #require(server.requests.first)
                #expect(sent.contains("user-agent: Acme/1\r\n"))
                #expect(!sent.contains("payment-gateway"))
            }
        }
    }

    @Test("takes any status for an answer", arguments: [201, 204, 402, 409, 500, 503])
    func statuses(_ status: Int) async throws {
        try await ScriptedServer.run(.answer("\(status) Something")) { server in
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome == .answered(status))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("does not follow a redirect", arguments: ["301", "302", "303", "307", "308"])
    func redirect(_ status: String) async throws {
        try await ScriptedServer.run(.answer()) { target in
            try await ScriptedServer.run(.answer("\(status) Go", headers: "Location: \(target.url)/next\r\n")) { server in
                try await OutboundFixture.run { fixture in
                    let response = try await fixture.transport(to: server.url).send(.post(server.url), in: .within())
                    #expect(String(response.status) == status)
                    #expect(response.header("Location") == "\(target.url)/next")
                    #expect(target.connections == 0)
                    #expect(server.requests.count == 1)
                }
            }
        }
    }

    @Test("uses a connection again")
    func keepAlive() async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                for _ in 0..<5 {
                    #expect(await transport.outcome(of: .post(server.url)) == .answered(200))
                }
                #expect(server.requests.count == 5)
                #expect(server.connections == 1)
            }
        }
    }

    @Test("decompresses an answer, and leaves out what was true of the compressed one")
    func decompression() async throws {
        let body = try #require(Base64.decode("H4sIAAAAAAACA6tWykxRslIqyIw3VKoFAF/CPxUNAAAA"))
        try await ScriptedServer.run(.send(Base64.gzipAnswer(body))) { server in
            try await OutboundFixture.run { fixture in
                let response = try await fixture.transport(to: server.url).send(.post(server.url), in: .within())
                #expect(String(decoding: response.body, as: UTF8.self) == #"{"id":"pi_1"}"#)
                #expect(response.header("Content-Encoding") == nil)
                #expect(response.header("Content-Length") == nil)
            }
        }
    }

    @Test("gives up on an answer that grows past the limit when decompressed")
    func decompressionBomb() async throws {
        let body = try #require(
            Base64.decode(
                "H4sIAAAAAAACA+3BMQEAAADCoErrn84aHkABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAArwaFwk3FoIYBAA=="
            ))
        try await ScriptedServer.run(.send(Base64.gzipAnswer(body))) { server in
            try await OutboundFixture.run(limits: .init(maximumAnswerBytes: 65_536)) { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome.isUnknown, "\(outcome)")
            }
        }
    }

    @Test("counts, times and logs a request without its query, headers and body")
    func observation() async throws {
        try await ScriptedServer.run(.answer(headers: "Request-Id: req_9\r\n"), .close) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                var request = HTTPRequest.post("\(server.url)/v1/refunds?client_secret=hush1", body: "card=hush2")
                request.headers = [HTTPField("Authorization", "Bearer hush3")]
                _ = await transport.outcome(of: request)
                let failed = await transport.outcome(of: request)

                let lines = fixture.lines.all
                #expect(lines.count == 2)
                #expect(lines[0].hasPrefix("debug provider answered "))
                for part in [
                    "host=127.0.0.1", "method=POST", "path=/v1/refunds", "provider=acme", "provider_request_id=req_9",
                    "request_id=req-1", "status=200", "duration_ms=",
                ] {
                    #expect(lines[0].contains(" \(part)"))
                }
                #expect(lines[1].hasPrefix("warning request to provider without an answer "))
                #expect(!(lines.joined() + failed.message).contains("hush"))

                for outcome in ["2xx", "unknown"] {
                    let dimensions = [("provider", "acme"), ("method", "POST"), ("outcome", outcome)]
                    let counter = try fixture.metrics.expectCounter("provider_http_requests_total", dimensions)
                    #expect(counter.totalValue == 1)
                    let timer = try fixture.metrics.expectTimer("provider_http_request_duration_seconds", dimensions)
                    #expect(timer.values.count == 1)
                }
            }
        }
    }
}
