import GatewayHarness
import Testing

@Suite("Webhooks that are half sent", .timeLimit(.minutes(10)))
struct HalfSentWebhookTests {
    private static let length = 256 * 1024

    /// The start of a webhook of 256 KiB: its head, and most of its body.
    private static func start(provider: String = "mock", signature: String?) -> [UInt8] {
        let head = """
            POST /api/v1/payments/webhooks/\(provider) HTTP/1.1\r
            Host: 127.0.0.1\r
            Content-Type: application/json\r
            \(signature.map { "Mock-Signature: \($0)\r\n" } ?? "")Content-Length: \(length)\r\n\r\n
            """
        return Array(head.utf8) + Array(repeating: UInt8(ascii: " "), count: length - 1024)
    }

    /// Sends that many of them, all at once, and leaves them.
    private static func send(_ count: Int, _ bytes: [UInt8], to gateway: GatewayProcess) async throws -> [SocketConnection] {
        let port = gateway.port
        return try await onOwnThread {
            try (0..<count).map { _ in
                let connection = try SocketConnection(port: port, timeout: .seconds(300))
                // A refusal closes the connection while it is written to.
                _ = connection.send(bytes)
                return connection
            }
        }
    }

    /// What a connection is answered until it is closed.
    private static func answer(on connection: SocketConnection) async throws -> String {
        try await onOwnThread {
            var text = ""
            while let bytes = try? connection.receive(), !bytes.isEmpty { text += String(decoding: bytes, as: UTF8.self) }
            return text
        }
    }

    private static func metric(_ name: String, of gateway: GatewayProcess) async throws -> Int {
        let text = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port).text
        return text.split(separator: "\n").filter { $0.hasPrefix(name) }
            .compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0) { $0 + Int($1) }
    }

    @Test("take no memory without a fresh signature header or a provider, and their connections are closed")
    func refusedUnread() async throws {
        try await withGateway { gateway in
            let old = "t=\(Token.now - 400),v1=00"
            for (provider, signature, status) in [
                ("mock", nil, 400), ("mock", old, 400), ("nobody", "t=\(Token.now),v1=00", 404),
            ] {
                let start = Self.start(provider: provider, signature: signature)
                for connection in try await Self.send(5, start, to: gateway) {
                    let text = try await Self.answer(on: connection)
                    #expect(text.hasPrefix("HTTP/1.1 \(status) "), "\(text)")
                    #expect(text.lowercased().contains("connection: close"), "\(text)")
                }
            }
            #expect(try await Self.metric("gateway_bodies_refused_total", of: gateway) == 0)
            #expect(try await Self.metric("gateway_body_memory_bytes", of: gateway) == 0)
        }
    }

    @Test(
        "take no more than half of the memory for bodies, leave clients the rest and small webhooks what they need, and give it back when they hang up"
    )
    func bounded() async throws {
        var configuration = GatewayConfiguration()
        configuration.server = ", body_memory_mib: 4"
        try await withGateway(configuration) { gateway in
            // Their time is a little ahead, so that it is fresh on a slow machine, too.
            let start = Self.start(signature: "t=\(Token.now + 120),v1=00")
            var connections = try await Self.send(30, start, to: gateway)
            let refused = try await eventually("one is refused") {
                let count = try await Self.metric("gateway_bodies_refused_total", of: gateway)
                return count > 0 ? count : nil
            }
            #expect(refused <= 30)
            #expect(try await Self.metric("gateway_body_memory_bytes", of: gateway) <= 2 << 20)
            #expect(try await Self.metric("gateway_body_memory_limit_bytes", of: gateway) == 4 << 20)

            let user = gateway.newUser()
            let payment = try await user.pay()
            #expect(try await user.transaction(payment)["status"].string == "succeeded")
            let small = Webhook("payment_intent.succeeded", intent: "pi_never_made_here")
            #expect(try await small.post(to: gateway).status == 200, "it is below 8 KiB")

            connections.removeAll()
            try await eventually("the memory is given back") {
                try await Self.metric("gateway_body_memory_bytes", of: gateway) == 0
            }
            let late = Webhook("payment_intent.succeeded", intent: "pi_never_made_here_either")
            #expect(try await late.post(to: gateway).status == 200)
        }
    }

    @Test("are refused with 503 and a time to try again where there is no memory")
    func noMemory() async throws {
        var configuration = GatewayConfiguration()
        configuration.server = ", body_memory_mib: 4"
        try await withGateway(configuration) { gateway in
            let start = Self.start(signature: "t=\(Token.now + 120),v1=00")
            let connections = try await Self.send(12, start, to: gateway)
            let answers = try await atOnce(connections.count) { try await Self.answer(on: connections[$0]) }
            // Eight of them fit into two MiB. They are given up after ten seconds.
            #expect(answers.filter { $0.hasPrefix("HTTP/1.1 503 ") }.count >= 1, "\(answers)")
            for answer in answers where answer.hasPrefix("HTTP/1.1 503 ") {
                #expect(answer.lowercased().contains("retry-after: 1"), "\(answer)")
            }
            #expect(answers.filter { $0.hasPrefix("HTTP/1.1 400 ") }.allSatisfy { $0.contains("did not arrive within") })
            try await eventually("the memory is given back") {
                try await Self.metric("gateway_body_memory_bytes", of: gateway) == 0
            }
        }
    }
}
