import Foundation
import GatewayHarness
import Glibc
import Testing

@Suite("gateway audit of payments", .timeLimit(.minutes(10)))
struct PaymentAuditTests {
    /// A mock that posts no webhooks: what happens at it, the gateway hears of by asking.
    private static var silent: GatewayConfiguration {
        var configuration = GatewayConfiguration()
        configuration.providers = [
            GatewayConfiguration.mock(more: ", webhooks: false"),
            GatewayConfiguration.mock(named: "mock2", more: ", webhooks: false"),
        ]
        return configuration
    }

    private func expectDone(_ result: CommandResult, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(result.end == .exited(0), "\(result.everything)", sourceLocation: sourceLocation)
    }

    @Test(
        "What happened at the provider behind the gateway's back is found and booked, through a gateway and without one",
        arguments: [true, false])
    func finds(isRunning: Bool) async throws {
        try await withGateway(Self.silent) { gateway in
            let user = gateway.newUser()
            let equal = try await user.pay()
            let refunded = try await user.pay()
            let disputed = try await user.pay()
            let forgotten = try await user.pay(more: #","metadata":{"test_id":"audit-forgotten"}"#)
            let captured = try await user.begin(more: #","capture_method":"manual""#)
            #expect(try await user.confirm(captured).status == 200)
            if !isRunning { _ = try await gateway.terminate() }
            func happens(_ words: String...) async throws { expectDone(try await gateway.command(["call", "mock"] + words)) }
            try await happens("event", "charge.refunded", "--intent", refunded.intent, "--amount", "500")
            try await happens("event", "charge.dispute.created", "--intent", disputed.intent)
            try await happens("event", "payment_intent.succeeded", "--intent", captured.intent)
            try await happens("reset", "--test-id", "audit-forgotten")

            let result = try await gateway.command("audit", "--rate", "1000")
            #expect(result.end == .exited(1), "\(result.everything)")
            let lines = result.output.split(separator: "\n")
            #expect(
                lines
                    == [
                        "payment \(refunded.transaction) (mock): the books said refunded 0.00 USD; the provider shows refunded 5.00 USD: booked",
                        try line(lines, of: disputed, "the books said disputes none", "open 99.99 USD: booked"),
                        "payment \(forgotten.transaction) (mock): the books said status succeeded, intent \(forgotten.intent); the provider "
                            + "shows no such payment intent: not booked",
                        "payment \(captured.transaction) (mock): the books said status requires_capture, captured 0.00 USD; the provider shows "
                            + "status succeeded, captured 99.99 USD: booked",
                        "5 payments compared, 4 differences: 3 booked, 1 not booked",
                    ].map { $0[...] }, "\(result.everything)")

            let again = try await gateway.command("audit", "--rate", "1000", "--json")
            #expect(again.end == .exited(1), "\(again.everything)")
            let report = try JSONText(parsing: again.output)
            #expect(report["compared"].integer == 5 && report["complete"] == .bool(true), "\(again.output)")
            let difference = try #require(report["differences"].elements.first, "\(again.output)")
            #expect(report["differences"].elements.count == 1, "\(again.output)")
            #expect(difference["payment"].integer == forgotten.transaction && difference["outcome"].string == "not_booked")
            let rest = try await gateway.command("audit", "--after", "\(forgotten.transaction)")
            #expect(rest.end == .exited(0) && rest.output == "1 payment compared, 0 differences\n", "\(rest.everything)")

            if !isRunning { try await gateway.start() }
            #expect(try await user.transaction(refunded)["status"].string == "partially_refunded")
            #expect(try await user.transaction(captured)["status"].string == "succeeded")
            #expect(try await user.transaction(disputed)["dispute"]["status"].string == "needs_response")
            #expect(try await user.transaction(equal)["status"].string == "succeeded")
            expectDone(try await gateway.command("audit", "--history"))
        }
    }

    /// The line of a payment whose text has an id that the mock made up.
    private func line(_ lines: [Substring], of payment: Payment, _ parts: String...) throws -> String {
        let line = try #require(lines.first { $0.hasPrefix("payment \(payment.transaction) (mock): ") })
        for part in parts { #expect(line.contains(part), "\(line)") }
        return String(line)
    }

    @Test("A provider that does not answer keeps no payment of another from being compared, and ends in exit code 2")
    func unanswered() async throws {
        var configuration = Self.silent
        configuration.providers[0] = GatewayConfiguration.mock(
            more: ", webhooks: false, scenarios: [{match: {operation: retrieve}, fault: refuse}]")
        try await withGateway(configuration) { gateway in
            let user = gateway.newUser()
            let silent = try await user.pay()
            let answered = try await user.pay(more: #","provider":"mock2""#)
            let result = try await gateway.command("audit")
            #expect(result.end == .exited(2), "\(result.everything)")
            #expect(result.output.hasPrefix("payment \(silent.transaction) (mock): not compared: "), "\(result.output)")
            #expect(result.output.contains("1 payment compared, 0 differences\n1 payment not compared"), "\(result.output)")
            let other = try await gateway.command("audit", "--provider", "mock2", "--since", "2020-01-31")
            #expect(other.end == .exited(0), "\(other.everything) \(answered)")
        }
    }

    @Test("A stopped audit finishes its part and says where to go on")
    func stop() async throws {
        try await withGateway(Self.silent) { gateway in
            let user = gateway.newUser()
            for _ in 0..<6 { _ = try await user.pay() }
            let (output, errors) = (gateway.folder.path("audit.out"), gateway.folder.path("audit.err"))
            let audit = try ChildProcess(
                TestPaths.gateway, ["audit", "--rate", "1"],
                environment: gateway.environment.merging(["GATEWAY_CONFIG": gateway.folder.path("providers.yaml")]) { $1 },
                folder: gateway.folder.url, output: output, errors: errors)
            try await eventually("it has begun") { gateway.folder.read("audit.err").contains("Ctrl-C stops it") }
            audit.send(SIGINT)
            #expect(await audit.waitForEnd(within: hangLimit) == .exited(2), "\(gateway.folder.read("audit.err"))")
            let text: String = gateway.folder.read("audit.err")
            let after = try #require(text.firstMatch(of: /stopped; go on with --after (\d)/)?.1, "\(text)")
            let compared = try #require(Int(after))
            #expect((1...5).contains(compared) && gateway.folder.read("audit.out").hasPrefix("\(compared) payment"), "\(text)")
            let rest = try await gateway.command("audit", "--after", String(after), "--rate", "1000", "--json")
            #expect(rest.end == .exited(0), "\(rest.everything)")
            #expect(try JSONText(parsing: rest.output)["compared"].integer == 6 - compared, "\(rest.output)")
        }
    }

    @Test(
        "A wrong call says what is wanted",
        arguments: [
            (["--rate", "0"], "--rate must be from 1 to 1000"), (["--after", "-1"], "--after"),
            (["--since", "yesterday"], "2026-01-31"),
            (["--root", String(repeating: "a", count: 64)], "--root belongs to --history"),
            (["--history", "--since", "2026-01-31"], "--history reads the database alone"),
        ])
    func usage(arguments: [String], text: String) async throws {
        let result = try await run(TestPaths.gateway, ["audit"] + arguments)
        #expect(result.end == .exited(64) && result.errors.contains(text), "\(result.everything)")
    }

    @Test("A provider that is not loaded, and a database that is not there, end in exit code 2 with the reason")
    func impossible() async throws {
        try await withGateway { gateway in
            let provider = try await gateway.command("audit", "--provider", "acme")
            #expect(provider.end == .exited(2) && provider.errors.contains("There is no provider acme"), "\(provider.everything)")
            let missing = try await gateway.command("audit", "--database", "sqlite:/nowhere/books.db")
            #expect(missing.end == .exited(2) && missing.errors.contains("/nowhere/books.db"), "\(missing.everything)")
        }
    }
}
