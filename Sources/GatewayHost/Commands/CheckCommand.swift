import ArgumentParser
import Logging
import ProviderAPI
import ProviderLoading

/// `gateway check`
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says what is wrong with the configuration, all of it at once.",
        discussion: """
            Reads providers.yaml, loads every module that is enabled and checks its settings, with file, line and key. It takes no \
            request and calls no provider. Exit code 78 where anything is wrong.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    func run() async throws {
        HostLogging.bootstrap(level: .warning)
        let configuration = try await options.loadForProviders()
        for warning in configuration.warnings { StandardError.write("warning: \(warning)") }
        let report = await ProviderHosting.load(configuration, logger: Logger(label: "gateway"))
        for warning in report.warnings { StandardError.write("warning: \(warning)") }
        guard report.problems.isEmpty else {
            for problem in report.problems { StandardError.write("\(problem)") }
            throw ExitCode(78)
        }
        let all = Output.count(configuration.providers.count, "provider")
        let environment = configuration.environment.rawValue
        print("\(configuration.file): ok, \(environment), \(report.providers.count) of \(all) enabled")
    }
}
