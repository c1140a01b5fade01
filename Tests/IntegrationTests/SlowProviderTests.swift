import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("A slow provider", .timeLimit(.minutes(10)))
    struct SlowProviderTests {
        /// A slow mock beside a quick one.
        private func configuration(delay: String, more: String = "") -> GatewayConfiguration {
            var configuration = GatewayConfiguration()
            let slow = GatewayConfiguration.mock(named: "slow", more: ", webhooks: false, scenarios: [{delay: \(delay)}]")
            configuration.providers = [GatewayConfiguration.mock(), slow + more]
            return configuration
        }

        private func metric(_ name: String, of gateway: GatewayProcess) async throws -> Int? {
            let text = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port).text
            let line = text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            return line.flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
        }

        private func inFlight(_ gateway: GatewayProcess) async throws -> Int? {
            try await metric(#"gateway_provider_calls_in_flight{provider="slow"}"#, of: gateway)
        }

        @Test("Hundreds of its calls are under way at once, and another provider's payments are made meanwhile")
        func many() async throws {
            try await withGateway(configuration(delay: "12s")) { gateway in
                let count = 300
                let user = gateway.newUser()
                let orders = try await atOnce(count) { _ in try await user.createOrder() }
                let slow = Task {
                    try await atOnce(count) { try await user.requestIntent(order: orders[$0], more: #","provider":"slow""#) }
                }
                try await eventually("all calls are under way") { try await inFlight(gateway) == count }
                for _ in 0..<3 { _ = try await user.pay() }
                #expect(try await inFlight(gateway) == count, "they were paid meanwhile")
                let answers = try await slow.value
                #expect(answers.allSatisfy { $0.status == 201 })
                #expect(try gateway.effects("create", of: "slow") == count)
            }
        }

        @Test("At its limit a call is refused with 503, and made once there is room; other providers know nothing of it")
        func limit() async throws {
            try await withGateway(configuration(delay: "5s", more: "\nmax_concurrent_calls: 3")) { gateway in
                let user = gateway.newUser()
                let orders = try await atOnce(4) { _ in try await user.createOrder() }
                let slow = Task {
                    try await atOnce(3) { try await user.requestIntent(order: orders[$0], more: #","provider":"slow""#) }
                }
                try await eventually("three calls are under way") { try await inFlight(gateway) == 3 }
                let more = #","provider":"slow""#
                let refused = try await user.requestIntent(order: orders[3], more: more, key: "key")
                #expect(refused.status == 503 && refused["code"].string == "provider_unavailable", "\(refused)")
                #expect(refused.header("retry-after") == "1")
                #expect(try await metric(#"gateway_provider_calls_refused_total{provider="slow"}"#, of: gateway) == 1)
                _ = try await user.pay()
                #expect(try await slow.value.allSatisfy { $0.status == 201 })
                let made = try await user.requestIntent(order: orders[3], more: more, key: "key")
                #expect(made.status == 201, "\(made)")
                #expect(try gateway.effects("create", of: "slow") == 4)
            }
        }

        @Test("Hundreds of its calls hang past their deadline, it recovers, and within 30 seconds all are settled, once each")
        func hang() async throws {
            try await withGateway { gateway in
                let count = 200
                let user = gateway.newUser()
                let orders = try await atOnce(count) { _ in try await user.createOrder() }
                let faults = #"""
                    [{"match":{"operation":"create"},"fault":"hang_after_effect"},
                     {"match":{"operation":"retrieve"},"fault":"hang_before_effect"}]
                    """#
                let set = try await gateway.command("call", "mock", "scenario", "set", faults)
                #expect(set.end == .exited(0), "\(set.everything)")
                let answers = try await atOnce(count) { try await user.requestIntent(order: orders[$0]) }
                #expect(answers.allSatisfy { $0.status == 202 })
                let cleared = try await gateway.command("call", "mock", "scenario", "set", "[]")
                #expect(cleared.end == .exited(0), "\(cleared.everything)")
                try await eventually("nothing is open") {
                    try await metric("gateway_open_operations", of: gateway) == 0
                }
                #expect(try gateway.effects("create") == count)
                let made = "SELECT count(*) FROM operations WHERE kind = 'create' AND state = 'succeeded'"
                #expect(try await gateway.database.count(made) == count)
                let paid = try await user.pay()
                #expect(try await user.orderStatus(paid) == "completed")
            }
        }

        @Test("The gateway raises its soft limit of open files, so that a login's 1024 is not the end")
        func openFiles() async throws {
            try await withGateway { gateway in
                let maximum = try await metric("process_max_fds", of: gateway)
                let hard = try await run(URL(filePath: "/bin/sh"), ["-c", "ulimit -H -n"]).output
                #expect(maximum == Int(hard.split(separator: "\n")[0]))
            }
        }
    }
}
