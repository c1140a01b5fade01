import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("A gateway that is full of connections", .timeLimit(.minutes(10)))
    struct ConnectionLimitTests {
        private func configuration(_ connections: Int, management: Int) -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            configuration.server = ", max_connections: \(connections), management: \"127.0.0.1:\(management)\""
            return configuration
        }

        private func metric(_ name: String, at port: Int) async throws -> Double {
            let text = try await HTTPRequest(path: "/metrics").send(toPort: port).text
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line.flatMap { $0.split(separator: " ").last }.flatMap { Double($0) } ?? -1
        }

        @Test("closes the oldest idle ones, takes payments on new ones, and says so in a metric and one line of the log")
        func idle() async throws {
            let management = try SocketConnection.freeServerPort()
            try await withGateway(configuration(8, management: management)) { gateway in
                let port = gateway.port
                let idle = try await onOwnThread { try (0..<60).map { _ in try SocketConnection(port: port) } }
                // Half a head each, which is idle too.
                let halves = try await onOwnThread {
                    try (0..<60).map { _ in
                        let connection = try SocketConnection(port: port)
                        _ = connection.send(Array("GET /healthz HTTP/1.1\r\nHo".utf8))
                        return connection
                    }
                }
                _ = try await gateway.newUser().pay()
                #expect(try await HTTPRequest(path: "/readyz").send(toPort: management).status == 200)
                try await eventually("the first connections are closed") {
                    try await metric("gateway_connections", at: management) <= 9
                }
                let closed = try await onOwnThread { try idle.allSatisfy { try $0.receive().isEmpty } }
                #expect(closed)
                #expect(try await metric("gateway_connections_limit", at: management) == 8)
                let events = #"gateway_security_events_total{event="connection_limit"}"#
                #expect(try await metric(events, at: management) >= 100)
                #expect(gateway.log.ranges(of: "The limit of connections is reached").count == 1)
                withExtendedLifetime(halves) {}
            }
        }

        @Test("with few file descriptors keeps some for its database and providers")
        func fewDescriptors() async throws {
            let folder = try TemporaryFolder()
            defer { folder.remove() }
            try folder.write(
                "#!/bin/sh\nulimit -n 512\nexec '\(TestPaths.gateway.path)' \"$@\"\n", to: "gateway")
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path("gateway"))
            let management = try SocketConnection.freeServerPort()
            var configuration = GatewayConfiguration()
            configuration.server = ", management: \"127.0.0.1:\(management)\""
            let gateway = try GatewayProcess(configuration, executable: URL(filePath: folder.path("gateway")))
            do {
                try await gateway.start()
                let port = gateway.port
                let idle = try await onOwnThread { try (0..<600).map { _ in try SocketConnection(port: port) } }
                _ = try await gateway.newUser().pay()
                #expect(try await HTTPRequest(path: "/readyz").send(toPort: management).status == 200)
                #expect(try await metric("process_open_fds", at: management) < 400)
                withExtendedLifetime(idle) {}
                await gateway.cleanUp()
            } catch {
                let log = gateway.recentLog
                await gateway.cleanUp()
                throw HarnessError("\(error)\n\(log)")
            }
        }

        @Test("has health checks and metrics on the management listener, and there alone the metrics")
        func management() async throws {
            let management = try SocketConnection.freeServerPort()
            try await withGateway(configuration(100, management: management)) { gateway in
                func status(_ path: String, at port: Int) async throws -> Int {
                    // Not written down as an answer of the API: two listeners are compared here.
                    let request = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                    return try await sendRaw(Array(request.utf8), toPort: port).status
                }
                var answers: [String: [Int]] = [:]
                for path in ["/healthz", "/readyz", "/metrics", "/api/v1/orders", "/api/docs", "/"] {
                    answers[path] = [try await status(path, at: management), try await status(path, at: gateway.port)]
                }
                let expected = [
                    "/healthz": [200, 200], "/readyz": [200, 200], "/metrics": [200, 404], "/api/v1/orders": [404, 401],
                    "/api/docs": [404, 200], "/": [404, 404],
                ]
                #expect(answers == expected)
                #expect(try await HTTPRequest(method: "POST", path: "/metrics").send(toPort: management).status == 405)
                // None of these connections counts against the limit.
                #expect(try await metric("gateway_connections", at: management) == 0)
                #expect(try await gateway.terminate() == .exited(0))
            }
        }

        @Test("does not start where the management address is taken, and says which flag to change")
        func managementTaken() async throws {
            try await withGateway { first in
                try await withGateway(configuration(100, management: first.port), started: false) { second in
                    let end = try await second.startAndFail()
                    #expect(end == .exited(1))
                    #expect(second.log.contains("gateway: cannot listen on 127.0.0.1:\(first.port): Address already in use"))
                    #expect(second.log.contains("--management"))
                }
            }
        }

        @Test("On port 0 it takes a free port, prints it, and gives it to providers as their address")
        func anyPort() async throws {
            try await withGateway(started: false) { gateway in
                let written = gateway.folder.read("providers.yaml")
                let publicURL = "public_url: \"http://127.0.0.1:\(gateway.port)\""
                #expect(written.contains(publicURL))
                try gateway.folder.write(written.replacing(publicURL, with: "public_url: null"), to: "providers.yaml")
                let child = try ChildProcess(
                    gateway.executable, ["serve", "--config", gateway.folder.path("providers.yaml"), "--port", "0"],
                    environment: gateway.environment, folder: gateway.folder.url.appending(path: "elsewhere"),
                    output: gateway.folder.path("any.out"), errors: gateway.folder.path("any.err"))
                do {
                    let port = try await eventually("it prints its address", within: .seconds(60)) {
                        gateway.folder.read("any.out").firstMatch(of: /(?m)^Listening on http:\/\/127\.0\.0\.1:([0-9]+)$/)
                            .flatMap { Int($0.1) }
                    }
                    #expect(try await HTTPRequest(path: "/readyz").send(toPort: port).status == 200)
                    #expect(try await hasWebhooks(port), "the mock's webhooks come to the port that was taken")
                } catch {
                    await child.stop()
                    throw HarnessError("\(error)\n\(gateway.folder.read("any.err"))")
                }
                await child.stop()
            }
        }

        /// Pays, and waits for the mock's webhook of it.
        private func hasWebhooks(_ port: Int) async throws -> Bool {
            func post(_ path: String, _ body: String) async throws -> HTTPAnswer {
                let headers = [("Authorization", "Bearer \(Token.valid(subject: "7"))"), ("Content-Type", "application/json")]
                let request = HTTPRequest(
                    method: "POST", path: "/api/v1" + path, headers: headers.map { (name: $0.0, value: $0.1) },
                    body: Array(body.utf8))
                return try await request.send(toPort: port)
            }
            let order = try #require(try await post("/orders", #"{"amount":5,"currency":"USD"}"#)["id"].integer)
            let body = #"{"order_id":\#(order),"amount":5,"currency":"USD"}"#
            let intent = try #require(try await post("/payments/create-payment-intent", body)["payment_intent_id"].string)
            #expect(try await post("/payments/\(intent)/confirm", #"{"payment_method":"pm_card_visa"}"#).status == 200)
            try await eventually("a webhook arrives", within: .seconds(60)) {
                try await HTTPRequest(path: "/metrics").send(toPort: port).text.contains("gateway_webhooks_total{")
            }
            return true
        }
    }
}
