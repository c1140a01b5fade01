import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Backup and restore", .timeLimit(.minutes(10)))
    struct BackupTests {
        @Test("A backup taken under load becomes a gateway whose books agree with the provider's, and which uses no key twice")
        func underLoad() async throws {
            try await withGateway { gateway in
                let file = gateway.folder.path("taken-under-load.db")
                let load = Load(gateway)
                async let answered = load.run(workers: 8)
                try await eventually("some payments are made") { try gateway.effects("confirm") >= 10 }
                let backup = try await gateway.command("backup", file)
                #expect(backup.end == .exited(0) && backup.output.contains("checked"), "\(backup.everything)")
                let inBackup = try await Database(path: file).count("SELECT count(*) FROM payment_transactions")
                try await eventually("more are made after it") { try gateway.effects("create") >= inBackup + 10 }
                #expect(try await gateway.terminate() == .exited(0), "\(gateway.recentLog)")
                _ = try await answered

                try await withGateway(started: false) { restored in
                    let result = try await restored.command("restore", file)
                    #expect(result.end == .exited(0), "\(result.everything)")
                    // The provider remembers what happened since.
                    try FileManager.default.copyItem(
                        atPath: gateway.folder.path("var/mock-journal.jsonl"),
                        toPath: restored.folder.path("var/mock-journal.jsonl"))
                    let former = try keys(of: restored)
                    try await restored.start()
                    try await Self.agree(restored, atLeast: inBackup)

                    let user = restored.newUser()
                    let payment = try await user.pay()
                    #expect(try await user.refund(payment, "50.00").status == 200)
                    let latter = try keys(of: restored).subtracting(former)
                    #expect(latter.count == 3, "a creation, a confirmation and a refund, none of them answered from memory")
                    #expect(try await restored.database.value("PRAGMA integrity_check").string == "ok")
                }
            }
        }

        /// All payments that the backup has are in the books as the provider has them, and nothing is open.
        private static func agree(_ gateway: GatewayProcess, atLeast count: Int) async throws {
            let database = gateway.database
            let paid = Set(
                try gateway.journal().filter { $0["operation"].string == "confirm" }.compactMap { $0["object"].string })
            #expect(paid.count > 10)
            try await eventually("the books agree with the provider's") {
                let open = try await database.count("SELECT count(*) FROM operations WHERE state IN ('pending', 'unknown')")
                let rows = try await database.rows(
                    "SELECT payment_intent_id AS intent, status FROM payment_transactions WHERE deleted_at IS NULL")
                return open == 0 && rows.count >= count
                    && rows.allSatisfy { row in
                        (row["status"].string == "succeeded") == paid.contains(row["intent"].string ?? "")
                    }
            }
        }

        private func keys(of gateway: GatewayProcess) throws -> Set<String> {
            Set(try gateway.journal().compactMap { $0["idempotency_key"].string })
        }

        @Test("A backup put in place by hand is refused at the start, with the command to use")
        func byHand() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                let file = gateway.folder.path("backup.db")
                #expect(try await gateway.command("backup", file).end == .exited(0))
                let again = try await gateway.command("backup", file)
                #expect(again.end == .exited(1) && again.errors.contains("exists"), "\(again.everything)")
                let running = try await gateway.command("restore", file, "--replace")
                #expect(running.end == .exited(1) && running.errors.contains("another gateway"), "\(running.everything)")

                let story = try await gateway.command("explain", "1", "--database", "sqlite:\(file)")
                #expect(
                    story.end == .exited(0) && story.output.contains("succeeded"), "a backup can be read: \(story.everything)")

                #expect(try await gateway.terminate() == .exited(0))
                let path = gateway.folder.path("var/gateway.db")
                for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
                try FileManager.default.copyItem(atPath: file, toPath: path)
                #expect(try await gateway.startAndFail() == .exited(1))
                #expect(gateway.log.contains("gateway restore"), "\(gateway.recentLog)")
                let refused = try await gateway.command("restore", file)
                #expect(refused.end == .exited(1) && refused.errors.contains("With --replace it is renamed and kept"))
                #expect(!refused.errors.contains("name another file"), "\(refused.everything)")
                let restored = try await gateway.command("restore", file, "--replace")
                #expect(restored.output.contains("the database before it: \(path).before-restore-"), "\(restored.everything)")
                try await gateway.start()
                _ = try await gateway.newUser().pay()
            }
        }
    }
}
