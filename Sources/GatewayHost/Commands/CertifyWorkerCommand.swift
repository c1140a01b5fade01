import ArgumentParser
import Foundation

/// The process in which `gateway certify` lets a module be checked. Nobody else has a use for it.
struct CertifyWorkerCommand: AsyncParsableCommand {
    static let name = "certify-worker"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Checks a module, and tells its parent what came of it.", shouldDisplay: false)

    @Argument(help: "The module's file.")
    var module: String

    @Argument(help: "The folder of its recorded exchanges.")
    var recording: String

    func run() async throws {
        try WorkerAnswer.write(WorkerAnswer.beginning)
        let report = try await Certification(module: module, recording: recording).reportInThisProcess()
        try WorkerAnswer.write(Array(try JSONEncoder().encode(report)))
    }
}
