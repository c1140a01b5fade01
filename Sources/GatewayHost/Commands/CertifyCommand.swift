import ArgumentParser
import Foundation
import ProviderConformance
import ProviderLoading

/// `gateway certify`
struct CertifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certify",
        abstract: "Checks a built module against the rules for providers, and certifies it.",
        discussion: """
            Replays the provider's recorded exchanges against the module, and again with faults: no connection, torn connections, \
            errors after the effect, cut and senseless answers, wrong amounts and ids, hangs, forged and stale webhooks. It needs no \
            network and no configuration, and runs the module in a process of its own.

            A module that passes gets a certificate beside its file, bound to the file's SHA-256. A gateway with \
            `environment: production` warns about modules without one, and with `modules: { require_certificates: true }` refuses \
            them.

            The recording is a folder with provider.json and the recorded cases; `gateway provider new` writes one to start from.

            Exit codes: 0 passed, 1 not passed, 64 wrong usage.
            """
    )

    @Argument(help: "The module's file, such as libAcmeProvider.so.", completion: .file(extensions: ["so"]))
    var module: String

    @Option(name: .long, help: "The folder of the recorded exchanges. Default: the module's path with .recording appended.")
    var recording: String?

    @Flag(name: .long, help: "Print the report as JSON.")
    var json = false

    @Option(name: .long, help: "Write the report as a page to this file, too.", completion: .file())
    var html: String?

    @Flag(name: .long, help: "Write no certificate.")
    var noCertificate = false

    @Flag(name: .shortAndLong, help: "Show what each check is for, also of those that passed.")
    var verbose = false

    func run() async throws {
        let module = URL(fileURLWithPath: module).standardizedFileURL.path
        let recording = URL(fileURLWithPath: recording ?? module + ".recording").standardizedFileURL.path
        let report: CertificationReport
        do {
            report = try await Certification(module: module, recording: recording).report()
        } catch {
            throw Failure.runtime("gateway certify: \(error)")
        }
        if let html {
            do {
                try Data(report.page.utf8).write(to: URL(fileURLWithPath: html), options: .atomic)
            } catch {
                throw Failure.runtime("gateway certify: the report cannot be written to \(html): \(error.localizedDescription)")
            }
        }
        print(json ? try Output.json(report) : report.text(isVerbose: verbose))
        guard report.passed else { throw ExitCode.failure }
        if !noCertificate { try certify(report, module: module) }
    }

    private func certify(_ report: CertificationReport, module: String) throws {
        do {
            let path = try report.certificate.write(besideModule: module)
            if !json { print("Certificate: \(path)") }
        } catch {
            throw Failure.runtime("gateway certify: passed, but no certificate can be written: \(error.localizedDescription)")
        }
    }
}
