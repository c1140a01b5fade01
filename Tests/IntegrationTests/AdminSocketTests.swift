import Foundation
import GatewayHarness
import Glibc
import Testing

extension OneAtATime {
    @Suite("The admin socket", .timeLimit(.minutes(10)))
    struct AdminSocketTests {
        private func mode(of gateway: GatewayProcess) throws -> Int {
            let path = gateway.folder.path("var/gateway.db.sock")
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            try #require(attributes[.type] as? FileAttributeType == .typeSocket)
            return try #require(attributes[.posixPermissions] as? Int)
        }

        @Test("It is there while the gateway runs, for its user only, and gone afterwards")
        func mode() async throws {
            try await withGateway { gateway in
                let result = try await gateway.command("reconcile")
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(try mode(of: gateway) == 0o600)
                #expect(!gateway.folder.exists("var/gateway.db.s"), "the folder in which it was made")
                #expect(try await gateway.terminate() == .exited(0))
                #expect(!gateway.folder.exists("var/gateway.db.sock"))
            }
        }

        @Test("What a killed gateway left is passed over by commands, and replaced by the next gateway")
        func stale() async throws {
            try await withGateway { gateway in
                try await eventually("it is there") { gateway.folder.exists("var/gateway.db.sock") }
                await gateway.kill()
                #expect(try mode(of: gateway) == 0o600)
                #expect(try await gateway.command("reconcile").end == .exited(0))
                try await gateway.start()
                let result = try await gateway.command("reconcile")
                #expect(result.end == .exited(0), "\(result.everything)")
                #expect(try mode(of: gateway) == 0o600)
            }
        }

        @Test("A gateway that has the lock and does not answer is named, and nothing is done")
        func silent() async throws {
            try await withGateway { gateway in
                gateway.signal(SIGSTOP)
                defer { gateway.signal(SIGCONT) }
                let result = try await gateway.command("reconcile")
                #expect(result.end == .exited(1), "\(result.everything)")
                #expect(
                    result.errors.contains("does not answer") && result.errors.contains("Nothing was done"), "\(result.errors)")
                #expect(result.errors.contains("gateway.db.sock"), "\(result.errors)")
            }
        }

        @Test("Where its path is too long for Linux the gateway serves without it, and commands say why")
        func longPath() async throws {
            try await withGateway(started: false) { gateway in
                let database = gateway.folder.path(String(repeating: "d", count: 100)) + "/gateway.db"
                try gateway.reconfigure { $0.variables["GATEWAY_DATABASE"] = "sqlite:\(database)" }
                try await gateway.start()
                #expect(gateway.log.contains("There is no admin socket"), "\(gateway.recentLog)")
                _ = try await gateway.newUser().pay()
                #expect(try await gateway.command("operations").end == .exited(0), "reading needs no socket")
                let result = try await gateway.command("reconcile")
                #expect(result.end == .exited(1) && result.errors.contains("107"), "\(result.everything)")
                #expect(try await gateway.terminate() == .exited(0))
                #expect(try await gateway.command("reconcile").end == .exited(0), "without a gateway it needs none")
            }
        }

        @Test("/metrics counts what is open, in review and waiting")
        func metrics() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                let text = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port).text
                for line in [
                    "gateway_open_operations 0", "gateway_oldest_open_operation_seconds 0", "gateway_overdue_operations 0",
                    #"gateway_reviews_open{code="captured_less"} 0"#, "# TYPE gateway_pending_webhooks gauge",
                    "gateway_store_waiting_units ",
                    "# TYPE gateway_store_commits_total counter", "# TYPE gateway_store_units_total counter",
                    "# TYPE gateway_store_repeated_batches_total counter",
                ] { #expect(text.contains(line), "\(line) in \(text)") }
            }
        }
    }
}
