import ProviderAPI
import Testing

@testable import GatewayHost

@Suite("The fate of a request is unknown", .timeLimit(.minutes(10)))
struct OutboundUnknownTests {
    @Test("where the server took it and closed the connection")
    func closedAfterRequest() async throws {
        try await ScriptedServer.run(.close) { server in
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome.isUnknown, "\(outcome)")
                #expect(outcome.message.contains(server.url))
                #expect(server.requests.count == 1, "nothing is repeated")
            }
        }
    }

    @Test("where the server closed the connection with the request unread")
    func closedUnread() async throws {
        let server = try UnreadingServer()
        try await OutboundFixture.run { fixture in
            let transport = try fixture.transport(to: server.url)
            async let outcome = transport.outcome(of: .post(server.url))
            try await server.closeOnceBytesAreThere()
            #expect(await outcome.isUnknown)
        }
    }

    @Test("where the server never answers", arguments: ["", "amount=1099"])
    func hang(_ body: String) async throws {
        try await ScriptedServer.run(.hang) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                // A busy machine may not get the request out before a short deadline: then a longer one shows what is asked here.
                for time in [Duration.milliseconds(300), .seconds(3), .seconds(30), .seconds(200)] {
                    let start = ContinuousClock.now
                    let outcome = await transport.outcome(of: .post(server.url, body: body), in: .within(time))
                    if outcome.isNotSent, server.requests.isEmpty { continue }
                    #expect(outcome.isUnknown, "\(outcome)")
                    #expect(outcome.message.contains("deadline"))
                    #expect(.now - start >= time)
                    return
                }
                Issue.record("the request never left, with any deadline")
            }
        }
    }

    @Test(
        "where the answer is torn or none",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"id\":", "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"id\"\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        ]
    )
    func torn(_ bytes: String) async throws {
        try await ScriptedServer.run(.sendAndClose(Array(bytes.utf8))) { server in
            try await OutboundFixture.run { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome.isUnknown, "\(outcome)")
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("where the answer is torn, and the provider's id of the request is kept")
    func requestID() async throws {
        let bytes = Array("HTTP/1.1 200 OK\r\nRequest-Id: req_9\r\nContent-Length: 100\r\n\r\n{".utf8)
        try await ScriptedServer.run(.sendAndClose(bytes)) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                let error = await #expect(throws: ProviderError.self) {
                    try await transport.send(.post(server.url), in: .within())
                }
                guard case .unknown(let failure) = error else { return #expect(Bool(false), "\(String(describing: error))") }
                #expect(failure.requestID == "req_9")
            }
        }
    }

    @Test("where the answer is too large, announced or not", arguments: [true, false])
    func tooLarge(_ isAnnounced: Bool) async throws {
        let body = String(repeating: "x", count: 2000)
        let reply = ScriptedServer.Reply.sendAndClose(Array("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n\(body)".utf8))
        try await ScriptedServer.run(isAnnounced ? .answer(body: body) : reply) { server in
            try await OutboundFixture.run(limits: .init(maximumAnswerBytes: 1999)) { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome.isUnknown, "\(outcome)")
                #expect(outcome.message.contains("1999 bytes"))
            }
            try await OutboundFixture.run(limits: .init(maximumAnswerBytes: 2000)) { fixture in
                let outcome = try await fixture.transport(to: server.url).outcome(of: .post(server.url))
                #expect(outcome == .answered(200))
            }
        }
    }

    @Test("where its task is cancelled once it is out")
    func cancelled() async throws {
        try await ScriptedServer.run(.hang) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                let outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
                    group.addTask { await transport.outcome(of: .post(server.url)) }
                    try await eventually { server.requests.count == 1 }
                    group.cancelAll()
                    return try await group.next()
                }
                #expect(outcome?.isUnknown == true, "\(String(describing: outcome))")
                #expect(outcome?.message.contains("cancelled") == true)
                try await eventually { server.openConnections == 0 }
            }
        }
    }

    @Test("where the server closes a kept connection on the second request, which is not repeated")
    func keptConnectionClosed() async throws {
        try await ScriptedServer.run(.answer(), .close, .answer()) { server in
            try await OutboundFixture.run { fixture in
                let transport = try fixture.transport(to: server.url)
                #expect(await transport.outcome(of: .post(server.url)) == .answered(200))
                let second = await transport.outcome(of: .post(server.url))
                #expect(second.isUnknown, "\(second)")
                #expect(server.requests.count == 2)
                #expect(server.connections == 1)
            }
        }
    }
}
