import ArgumentParser
import Foundation
import GatewayHarness

/// `gateway-torture`
@main
struct TortureCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gateway-torture",
        abstract: "Strikes real gateways in every way that the failure model names, and compares the books afterwards.",
        discussion: """
            Starts the gateway's executable with the mock provider in folders of its own, kills it, races it and stops it, and holds its \
            database against the mock's journal and against all that clients were told. A folder in which something was found is kept.

            Exit codes: 0 no violation, 1 violations, 64 wrong usage.
            """
    )

    @Flag(help: "How much of everything: a few minutes, or hours.")
    var scale = Scale.short

    @Option(help: ArgumentHelp("What all randomness comes from. Default: a new one, which is printed.", valueName: "number"))
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run these checks only, separated by commas; see --list.", valueName: "names"))
    var only: String?

    @Option(help: ArgumentHelp("The gateway's executable. Default: the one beside this program.", valueName: "path"))
    var gateway: String?

    @Option(help: ArgumentHelp("Write the figures and violations to this file as JSON.", valueName: "file"))
    var report: String?

    @Flag(help: "List the checks.")
    var list = false

    private func checks() throws -> [any Check] {
        guard let only else { return AllChecks.list }
        let names = only.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let known = AllChecks.list.map(\.name)
        for name in names where !known.contains(name) {
            throw ValidationError("--only: there is no check \(name); there are \(known.joined(separator: ", ")).")
        }
        guard !names.isEmpty else { throw ValidationError("--only: name at least one of \(known.joined(separator: ", ")).") }
        return AllChecks.list.filter { names.contains($0.name) }
    }

    func validate() throws {
        _ = try checks()
        if let gateway, !FileManager.default.isExecutableFile(atPath: gateway) {
            throw ValidationError("--gateway: \(gateway) is no executable; build it with `swift build --product gateway`.")
        }
    }

    func run() async throws {
        if list {
            for check in AllChecks.list { Output.line("\(check.name): \(check.summary)") }
            return
        }
        let seed = seed ?? UInt64.random(in: 0...UInt64(Int64.max))
        let executable = gateway.map { URL(filePath: $0).absoluteURL } ?? TestPaths.gateway
        var result = Report(scale: scale, seed: seed, gateway: executable.path)
        for check in try checks() {
            Output.line("\(check.name): \(check.summary)")
            let start = ContinuousClock.now
            let outcome = await outcome(of: check, on: Stage(scale: scale, seed: seed, gateway: executable))
            result.add(outcome, of: check.name, after: .now - start)
            if let entry = result.entries.last { Output.line(entry.line) }
        }
        Output.line("\n" + result.table)
        if let report { try result.write(to: report) }
        if result.hasViolations {
            Output.line("\n" + result.violations)
            throw ExitCode.failure
        }
    }

    private func outcome(of check: any Check, on stage: Stage) async -> Outcome {
        do {
            return try await check.run(on: stage)
        } catch let error as Unsettled {
            // Nothing struck any more, and still no final answer.
            var outcome = Outcome()
            outcome.find("I3", error.description)
            return outcome
        } catch {
            var outcome = Outcome()
            outcome.find("check", "\(check.name) could not be carried out: \(error)")
            return outcome
        }
    }
}
