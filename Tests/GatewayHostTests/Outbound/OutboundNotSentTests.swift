import ProviderAPI
import ProviderLoading
import Testing

@testable import GatewayHost

@Suite("A request is not sent", .timeLimit(.minutes(10)))
struct OutboundNotSentTests {
    @Test("where nobody listens")
    func connectionRefused() async throws {
        let url = try await ScriptedServer.run(.hang) { $0.url }
        try await OutboundFixture.run { fixture in
            let outcome = try await fixture.transport(to: url).outcome(of: .post(url))
            #expect(outcome.isNotSent, "\(outcome)")
            #expect(outcome.message.contains("nothing was sent to \(url): "))
            #expect(outcome.message.contains("connection refused"))
        }
    }

    @Test("where the host's name can't be resolved")
    func unknownName() async throws {
        let url = "https://no-such-host.invalid/v1"
        try await OutboundFixture.run { fixture in
            let outcome = try await fixture.transport(to: url).outcome(of: .post(url))
            #expect(outcome.isNotSent, "\(outcome)")
            #expect(outcome.message.contains("no-such-host.invalid"))
        }
    }

    @Test("where a server does not speak TLS")
    func plainServer() async throws {
        try await ScriptedServer.run(.answer()) { server in
            let url = "https://127.0.0.1:\(server.port)"
            try await OutboundFixture.run(limits: .init(connectTimeout: .seconds(1))) { fixture in
                let transport = try fixture.transport(to: url)
                // The server takes the handshake for the start of a request and waits for its end.
                let outcome = await transport.outcome(of: .post(url), in: .within(.milliseconds(100)))
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test("where the TLS handshake fails")
    func brokenHandshake() async throws {
        try await PlainTextServer.run { port in
            let url = "https://127.0.0.1:\(port)"
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: url).outcome(of: .post(url))
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(outcome.message.contains("TLS"), "\(outcome)")
            }
        }
    }

    @Test(
        "where the provider may not call the origin, and nothing is connected",
        arguments: ["https://127.0.0.1:PORT/", "http://localhost:PORT/", "http://127.0.0.1:1/", "http://127.0.0.1/"]
    )
    func foreignOrigin(_ template: String) async throws {
        try await ScriptedServer.run(.answer()) { server in
            let url = template.replacing("PORT", with: String(server.port))
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(url))
                #expect(outcome.isNotSent, "\(outcome)")
                let host = try #require(AllowedOrigin(url: url)).host
                #expect(outcome.message.contains("provider acme may not call host \(host)"))
                #expect(outcome.message.contains("into its settings in providers.yaml"))
                #expect(server.connections == 0)
                #expect(fixture.lines.all.contains { $0.hasPrefix("warning request to provider not sent") && $0.contains(host) })
            }
        }
    }

    @Test(
        "where the URL is no plain absolute one",
        arguments: [
            "", "/v1/refunds", "ftp://127.0.0.1/", "http+unix://%2Ftmp%2Fx/", "unix:///tmp/x", "http://",
            "http://127.0.0.1:PORT/a b",
            "http://me:word@127.0.0.1:PORT/", "http://127.0.0.1:PORT/\r\nX: y", "file:///etc/passwd",
            "http://127.0.0.1:PORT@evil.test/",
        ]
    )
    func odd(_ template: String) async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                let url = template.replacing("PORT", with: String(server.port))
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(url))
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(server.connections == 0)
            }
        }
    }

    @Test(
        "where a header field could break out of its line or framing",
        arguments: [
            HTTPField("X-Note", "hush\r\nX-Evil: 1"), HTTPField("X-Note", "hush\nX-Evil: 1"), HTTPField("X-Note", "hush\0"),
            HTTPField("X-Note: 1\r\nX-Evil", "hush"), HTTPField("", "hush"), HTTPField("X Note", "hush"),
            HTTPField("Host", "hush"),
            HTTPField("content-length", "0"), HTTPField("Transfer-Encoding", "chunked"),
        ]
    )
    func headerInjection(_ field: HTTPField) async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                var request = HTTPRequest.post(server.url)
                request.headers = [field]
                let outcome = try await fixture.transport(to: server.url).outcome(of: request)
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(!outcome.message.contains("hush"))
                #expect(server.connections == 0)
            }
        }
    }

    @Test(
        "where the method is none that is known",
        arguments: ["", "post", "CONNECT", "TRACE", "GET / HTTP/1.1\r\nX: y\r\n\r\nGET"])
    func method(_ method: String) async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(
                    of: HTTPRequest(method: method, url: server.url))
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(server.connections == 0)
            }
        }
    }

    @Test("where the deadline has passed")
    func pastDeadline() async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url), in: .within(.zero))
                #expect(outcome.isNotSent, "\(outcome)")
                #expect(outcome.message.contains("deadline"))
                #expect(server.connections == 0)
            }
        }
    }

    @Test("where its task was cancelled before")
    func cancelledBefore() async throws {
        try await ScriptedServer.run(.answer()) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                let outcome = await withTaskGroup(of: Outcome.self) { group in
                    group.cancelAll()
                    group.addTask { await transport.outcome(of: .post(server.url)) }
                    return await group.next()
                }
                #expect(outcome?.isNotSent == true, "\(String(describing: outcome))")
                #expect(server.connections == 0)
            }
        }
    }

    @Test("where no connection becomes free before the deadline")
    func exhaustedPool() async throws {
        try await ScriptedServer.run(.hang) { server in
            try await OutboundFixture.run(limits: .init(connectionsPerOrigin: 1)) { fixture in
                let transport = try fixture.transport(to: server.url)
                try await withThrowingTaskGroup { group in
                    // It holds the only connection until it is cancelled, however slow the machine is.
                    group.addTask {
                        let first = await transport.outcome(of: .post(server.url), in: .within(.seconds(300)))
                        #expect(first.isUnknown, "\(first)")
                    }
                    try await eventually { server.requests.count == 1 }
                    let second = await transport.outcome(of: .post(server.url), in: .within(.milliseconds(50)))
                    #expect(second.isNotSent, "\(second)")
                    group.cancelAll()
                }
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("and only there: as many requests as the limit allows are under way at once, and none waits for another's connection")
    func manyAtOnce() async throws {
        try await ScriptedServer.run(.hang) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url, maximumConcurrentRequests: 300)
                try await withThrowingTaskGroup { group in
                    for _ in 0..<300 {
                        group.addTask {
                            let outcome = await transport.outcome(of: .post(server.url), in: .within(.seconds(300)))
                            #expect(outcome.isUnknown, "\(outcome)")
                        }
                    }
                    try await eventually { server.requests.count == 300 }
                    let beyond = await transport.outcome(of: .post(server.url))
                    #expect(beyond.isNotSent, "\(beyond)")
                    group.cancelAll()
                }
            }
        }
    }

    @Test("where the provider has too many requests under way")
    func tooMany() async throws {
        try await ScriptedServer.run(.hang, .answer()) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url, maximumConcurrentRequests: 1)
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        let first = await transport.outcome(of: .post(server.url), in: .within(.seconds(300)))
                        #expect(first.isUnknown, "\(first)")
                    }
                    try await eventually { server.requests.count == 1 }
                    let second = await transport.outcome(of: .post(server.url))
                    #expect(second.isNotSent, "\(second)")
                    #expect(second.message.contains("the limit"))
                    group.cancelAll()
                }
                #expect(await transport.outcome(of: .post(server.url)) == .answered(200))
            }
        }
    }

    @Test("where the client has been shut down")
    func shutDown() async throws {
        try await ScriptedServer.run(.answer()) { server in
            let transport = try await OutboundFixture.run { try $0.transport(to: server.url) }
            let outcome = await transport.outcome(of: .post(server.url))
            #expect(outcome.isNotSent, "\(outcome)")
            #expect(outcome.message.contains("shutting down"))
        }
    }
}
