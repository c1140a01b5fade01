import Foundation
import GatewayHarness
import Testing

@Suite("gateway audit", .timeLimit(.minutes(10)))
struct AuditTests {
    /// A line of history that somebody changes, and what proves it.
    private static let changes = [
        ("an amount", "UPDATE transaction_events SET amount = 1 WHERE id = 2", "line 2, payment 1: its hash does not fit"),
        ("a line removed", "DELETE FROM transaction_events WHERE id = 3", "line 3: line 3 is missing"),
        (
            "a payment's amount", "UPDATE payment_transactions SET captured = 1 WHERE id = 1",
            "has captured, refunded and reserved 1, 0, 0"
        ),
    ]

    /// Somebody with the database's file and no respect for its triggers.
    private func tamper(_ sql: String, with database: Database) async throws {
        let names = try await database.rows("SELECT name FROM sqlite_schema WHERE type = 'trigger'").compactMap {
            $0["name"].string
        }
        for name in names { try await database.execute("DROP TRIGGER \(name)") }
        try await database.execute(sql)
    }

    @Test(
        "The history of paid, refunded and erased payments holds, with a gateway running, without, in a backup and after a restore"
    )
    func holds() async throws {
        try await withGateway { gateway in
            let user = gateway.newUser()
            let payment = try await user.pay()
            #expect(try await user.refund(payment, "1.00").status == 200)
            _ = try await gateway.newUser().pay()
            let running = try await gateway.command("audit", "--history")
            #expect(running.end == .exited(0), "\(running.everything)")
            #expect(
                running.output.hasPrefix("2 payments, ") && running.output.contains("no contradiction was found"),
                "\(running.output)")
            #expect(try await gateway.command("erase", "--user", user.subject, "--yes").end == .exited(0))
            let file = gateway.folder.path("backup.db")
            #expect(try await gateway.command("backup", file).end == .exited(0))
            let backup = try await gateway.command("audit", "--history", "--database", "sqlite:\(file)")
            #expect(backup.end == .exited(0) && backup.output.contains("with erased personal data"), "\(backup.everything)")

            #expect(try await gateway.terminate() == .exited(0))
            #expect(try await gateway.command("restore", file, "--replace").end == .exited(0))
            let restored = try await gateway.command("audit", "--history")
            #expect(restored.end == .exited(0), "\(restored.everything)")
            try await gateway.start()
            _ = try await gateway.newUser().pay()
            let later = try await gateway.command("audit", "--history", "--json")
            #expect(later.end == .exited(0), "\(later.everything)")
            let report = try JSONText(parsing: later.output)
            #expect(report["payments"].integer == 3 && report["findings"].elements.isEmpty, "\(later.output)")
            #expect((report["lines"].integer ?? 0) > 6 && (report["erased_lines"].integer ?? 0) > 0, "\(later.output)")
        }
    }

    @Test("A change behind the gateway's back is found, and its first broken line is named", arguments: changes)
    func finds(what: String, sql: String, finding: String) async throws {
        try await withGateway { gateway in
            _ = try await gateway.newUser().pay()
            _ = try await gateway.newUser().pay()
            #expect(try await gateway.command("audit", "--history").end == .exited(0))
            try await tamper(sql, with: gateway.database)
            let result = try await gateway.command("audit", "--history")
            #expect(result.end == .exited(1), "\(result.everything)")
            let first = result.errors.split(separator: "\n").first ?? ""
            #expect(first.hasPrefix("gateway audit: ") && first.contains(finding), "\(result.everything)")
            #expect(!result.output.contains("no contradiction"))
        }
    }

    @Test("A wrong call says what is wanted, and a root from elsewhere that is not the history's is a finding")
    func calls() async throws {
        try await withGateway { gateway in
            let wrong = try await gateway.command("audit", "--history", "--root", "12")
            #expect(wrong.end == .exited(64) && wrong.errors.contains("64 hexadecimal digits"), "\(wrong.everything)")
            let root = String(repeating: "ab", count: 32)
            let result = try await gateway.command("audit", "--history", "--root", root)
            #expect(
                result.end == .exited(1) && result.errors.contains("the root \(root) is none of this history"),
                "\(result.everything)")
            let missing = try await gateway.command("audit", "--history", "--database", "sqlite:/nowhere/books.db")
            #expect(missing.end == .exited(1) && missing.errors.contains("/nowhere/books.db"), "\(missing.everything)")
        }
    }
}
