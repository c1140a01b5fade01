import ArgumentParser
import Foundation
import Logging
import Metrics
import NIOCore
import ProviderLoading

/// `gateway serve`
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Takes requests until SIGTERM or SIGINT.",
        discussion: """
            Takes the lock file beside the database, migrates the database, loads the providers, and takes requests. On SIGTERM it \
            stops taking new ones, finishes what runs (30 seconds at most), and exits with 0.

            In development a provider that cannot be loaded is named in the log and left out. In production nothing starts then.

            Exit code 74 (EX_IOERR): the disk failed during a commit, so that it is not known what is stored. The gateway ends at \
            once and answers nothing more; after the next start it finds out. Let the service manager start it again.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The address to listen on (GATEWAY_HOST).")
    var host: String?

    @Option(name: .long, help: "The port to listen on (GATEWAY_PORT).")
    var port: Int?

    func validate() throws {
        if let port, !(1...65535).contains(port) { throw ValidationError("--port must be from 1 to 65535.") }
    }

    @Sendable private func flags(_ overrides: inout ConfigurationOverrides) {
        if let host { overrides.set(.host, to: host, origin: "--host") }
        if let port { overrides.set(.port, to: "\(port)", origin: "--port") }
    }

    func run() async throws {
        let (configuration, leftOut) = try await options.loadForServing(flags)
        HostLogging.bootstrap(level: configuration.log.level, format: configuration.log.format)
        let metrics = PrometheusMetrics(help: MetricCatalog.help)
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "gateway")
        for problem in leftOut {
            logger.error("A provider is left out because of a mistake.", metadata: ["problem": "\(problem)"])
        }
        let application: GatewayApplication
        do {
            application = try await GatewayApplication.build(
                configuration, reloading: { try options.read(flags) }, metrics: metrics, logger: logger
            )
        } catch let error as ConfigurationError {
            throw Failure.configuration(error)
        } catch {
            throw Failure.runtime("gateway: \(error)")
        }
        do {
            try await application.run()
        } catch let error as IOError where [EADDRINUSE, EACCES, EADDRNOTAVAIL].contains(error.errnoCode) {
            let address = "\(configuration.server.host):\(configuration.server.port)"
            throw Failure.runtime(
                "gateway: cannot listen on \(address): \(String(cString: strerror(error.errnoCode))); choose another with --host and --port"
            )
        } catch {
            throw Failure.runtime("gateway: \(error)")
        }
    }
}
