import Foundation
import GatewayHarness
import Testing

extension OneAtATime {
    @Suite("Copies of a database", .timeLimit(.minutes(10)))
    struct DatabaseCopyTests {
        /// How a file comes to be that looks like the database and is not the one that was served.
        enum Way: String, Sendable, CaseIterable {
            case copiedElsewhere, copiedWithAllFiles, sqliteBackupElsewhere, hardLink
            case sqliteBackupRenamedIntoPlace, sqliteBackupRenamedIntoPlaceAfterKill
            case overwrittenInPlace, overwrittenInPlaceAfterKill, allFilesReplaced, servedElsewhereMeanwhile
        }

        @Test("A copy that was not restored is refused, can be read, and is served after a restore", arguments: Way.allCases)
        func refused(_ way: Way) async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                let path = try await Self.make(way, gateway)
                try gateway.reconfigure { $0.variables["GATEWAY_DATABASE"] = "sqlite:\(path)" }

                #expect(try await gateway.startAndFail() == .exited(1), "\(gateway.recentLog)")
                let log = gateway.recentLog
                #expect(log.contains("gateway restore \(path) --replace") && log.contains("gateway migrate --moved"), "\(log)")
                // Commands that write do it under the same check.
                let reconciled = try await gateway.command("reconcile")
                #expect(reconciled.end == .exited(1) && reconciled.errors.contains("is a copy"), "\(reconciled.everything)")
                let story = try await gateway.command("explain", "1")
                #expect(story.end == .exited(0), "a copy can be read: \(story.everything)")

                let restored = try await gateway.command("restore", path, "--replace")
                #expect(restored.end == .exited(0), "\(restored.everything)")
                let former = try Self.keys(of: gateway)
                try await gateway.start()
                _ = try await gateway.newUser().pay()
                #expect(try Self.keys(of: gateway).subtracting(former).count == 2, "a creation and a confirmation, both new")
            }
        }

        /// Makes the copy, with payments in the books that it does not have, and ends the gateway.
        ///
        /// - Returns: the path to serve from.
        private static func make(_ way: Way, _ gateway: GatewayProcess) async throws -> String {
            let path = gateway.folder.path("var/gateway.db")
            let copy = gateway.folder.path("copy.db")
            func goOn() async throws { _ = try await gateway.newUser().pay() }
            func shell(_ script: String) async throws {
                let result = try await run(
                    URL(filePath: "/bin/sh"), ["-euc", script], environment: ["db": path, "copy": copy, "PATH": "/usr/bin:/bin"])
                #expect(result.end == .exited(0), "\(result.everything)")
            }
            func sqliteBackup() async throws { _ = try await runPython("backup_sqlite.py", [path, copy]) }
            func stop() async throws { #expect(try await gateway.terminate() == .exited(0)) }

            switch way {
            case .copiedElsewhere:
                try await stop()
                try await shell(#"cp -- "$db" "$copy""#)
                return copy
            case .copiedWithAllFiles:
                try await stop()
                try await shell(#"cp -a -- "${db%/*}" "$copy.d""#)
                return copy + ".d/gateway.db"
            case .sqliteBackupElsewhere:
                try await sqliteBackup()
                try await goOn()
                try await stop()
                return copy
            case .hardLink:
                try await stop()
                try await shell(#"ln -- "$db" "$copy""#)
                return copy
            case .sqliteBackupRenamedIntoPlace, .sqliteBackupRenamedIntoPlaceAfterKill:
                try await sqliteBackup()
                try await goOn()
                if way == .sqliteBackupRenamedIntoPlace { try await stop() } else { await gateway.kill() }
                try await shell(#"rm -f -- "$db-wal" "$db-shm"; mv -- "$copy" "$db""#)
            case .overwrittenInPlace, .overwrittenInPlaceAfterKill:
                try await sqliteBackup()
                try await goOn()
                if way == .overwrittenInPlace { try await stop() } else { await gateway.kill() }
                // The same path and the same inode.
                try await shell(#"rm -f -- "$db-wal" "$db-shm"; cat "$copy" >"$db""#)
            case .allFilesReplaced:
                // As from an archive or by rsync: each file is made under another name and renamed, the identity file too.
                try await stop()
                try await shell(#"cp -a -- "${db%/*}" "$copy.d""#)
                try await gateway.start()
                try await goOn()
                try await stop()
                try await shell(#"for file in gateway.db gateway.db.identity; do mv -- "$copy.d/$file" "${db%/*}/$file"; done"#)
            case .servedElsewhereMeanwhile:
                try await stop()
                try await shell(#"cp -- "$db" "$copy""#)
                try gateway.reconfigure { $0.variables["GATEWAY_DATABASE"] = "sqlite:\(copy)" }
                let moved = try await gateway.command("migrate", "--moved")
                #expect(moved.end == .exited(0), "\(moved.everything)")
                try await gateway.start()
                try await goOn()
                try await stop()
                // It has all numbers of the one before, and more.
                try await shell(#"cat "$copy" >"$db""#)
            }
            return path
        }

        private static func keys(of gateway: GatewayProcess) throws -> Set<String> {
            Set(try gateway.journal().compactMap { $0["idempotency_key"].string })
        }

        @Test("A database whose log was deleted after a crash is refused, whether that held all of it or the last payments")
        func withoutItsLog() async throws {
            try await withGateway { gateway in
                let path = gateway.folder.path("var/gateway.db")
                for isRestarted in [false, true] {
                    if isRestarted {
                        // What is in the file since: a clean end moves the log into it.
                        #expect(try await gateway.terminate() == .exited(0))
                        try await gateway.start()
                    }
                    _ = try await gateway.newUser().pay()
                    await gateway.kill()
                    let log = try Data(contentsOf: URL(filePath: path + "-wal"))
                    #expect(!log.isEmpty)
                    for suffix in ["-wal", "-shm"] { try FileManager.default.removeItem(atPath: path + suffix) }
                    #expect(try await gateway.startAndFail() == .exited(1), "\(gateway.recentLog)")
                    #expect(gateway.recentLog.contains("gateway restore"), "\(gateway.recentLog)")
                    // With its log it is the database that it was.
                    for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
                    try log.write(to: URL(filePath: path + "-wal"))
                    try await gateway.start()
                }
                #expect(try await gateway.database.count("SELECT count(*) FROM payment_transactions") == 2)
            }
        }

        @Test("A disk that was put back as a whole is not recognized, and even so no key at a provider is used twice")
        func rolledBackDisk() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                #expect(try await gateway.terminate() == .exited(0))
                let files = ["gateway.db", "gateway.db.identity"].map { gateway.folder.url.appending(path: "var/\($0)") }
                let before = try files.map { try Data(contentsOf: $0) }

                try await gateway.start()
                let lost = try await gateway.newUser().pay()
                #expect(try await gateway.terminate() == .exited(0))
                // In place, so that even the inodes are the same; the provider keeps what it knows.
                for (file, content) in zip(files, before) {
                    let handle = try FileHandle(forWritingTo: file)
                    try handle.truncate(atOffset: 0)
                    try handle.write(contentsOf: content)
                    try handle.close()
                }

                let former = try Self.keys(of: gateway)
                try await gateway.start()
                let again = try await gateway.newUser().pay()
                #expect(again.order == lost.order && again.intent != lost.intent, "the number of the order comes again")
                #expect(try Self.keys(of: gateway).subtracting(former).count == 2)
                // What the lost payment's events say is not taken for this one's.
                try await eventually("the provider's events are read") {
                    try await gateway.database.count(
                        "SELECT count(*) FROM webhook_events WHERE payment_intent_id = '\(lost.intent)'") > 0
                }
                #expect(
                    try await gateway.database.count("SELECT count(*) FROM payment_transactions WHERE review_code IS NOT NULL")
                        == 0)
            }
        }

        @Test("A database that was moved is served once that is said, and from then on without saying it")
        func moved() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                #expect(try await gateway.terminate() == .exited(0))
                let place = gateway.folder.path("moved.db")
                try FileManager.default.copyItem(atPath: gateway.folder.path("var/gateway.db"), toPath: place)
                try gateway.reconfigure { $0.variables["GATEWAY_DATABASE"] = "sqlite:\(place)" }
                #expect(try await gateway.startAndFail() == .exited(1))
                let moved = try await gateway.command("migrate", "--moved")
                #expect(moved.end == .exited(0), "\(moved.everything)")
                for _ in 0..<2 {
                    try await gateway.start()
                    _ = try await gateway.newUser().pay()
                    #expect(try await gateway.terminate() == .exited(0), "\(gateway.recentLog)")
                }
            }
        }

        @Test("A folder that was renamed with all its files is the same database")
        func renamedFolder() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                await gateway.kill()
                try FileManager.default.moveItem(atPath: gateway.folder.path("var"), toPath: gateway.folder.path("renamed"))
                let place = gateway.folder.path("renamed/gateway.db")
                try gateway.reconfigure { $0.variables["GATEWAY_DATABASE"] = "sqlite:\(place)" }
                try await gateway.start()
                #expect(try await gateway.admin.get("/payments/transactions/1")["status"].string == "succeeded")
            }
        }

        @Test("An older copy in the place of the database is not taken for one that was moved")
        func olderIsNotMoved() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                let path = try await Self.make(.overwrittenInPlaceAfterKill, gateway)
                let moved = try await gateway.command("migrate", "--moved")
                #expect(moved.end == .exited(1), "\(moved.everything)")
                #expect(moved.errors.contains("older than what was served here"), "\(moved.errors)")
                #expect(moved.errors.contains("gateway restore \(path) --replace"), "\(moved.errors)")
            }
        }

        @Test("A database of the version before, which says nothing about itself, is upgraded and served")
        func upgraded() async throws {
            try await withGateway { gateway in
                _ = try await gateway.newUser().pay()
                #expect(try await gateway.terminate() == .exited(0))
                try FileManager.default.removeItem(atPath: gateway.folder.path("var/gateway.db.identity"))
                for sql in [
                    "DROP TABLE database_identity", "ALTER TABLE operations DROP COLUMN nonce",
                    "DELETE FROM grdb_migrations WHERE identifier = '0008-identity'",
                ] { try await gateway.database.execute(sql) }

                try await gateway.start()
                // Its operations keep the keys that they have.
                let old = try await gateway.database.rows("SELECT id, nonce FROM operations ORDER BY id").map {
                    $0["nonce"].string
                }
                #expect(old == [nil, nil])
                _ = try await gateway.newUser().pay()
                #expect(try await gateway.terminate() == .exited(0))
                try await gateway.start()
            }
        }
    }
}
