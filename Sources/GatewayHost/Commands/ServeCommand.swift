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

            Production also refuses to start without a provider that payments need: payments younger than 180 days, and open operations. \
            Keep it with `accepts_new_payments: false`, or start with --force. Development only warns.

            Exit code 74 (EX_IOERR): the disk failed during a commit, so that it is not known what is stored. The gateway ends at \
            once and answers nothing more; after the next start it finds out. Let the service manager start it again.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "The address to listen on (GATEWAY_HOST).")
    var host: String?

    @Option(name: .long, help: "The port to listen on (GATEWAY_PORT).")
    var port: Int?

    @Option(name: .long, help: "The address and port for health checks and metrics (GATEWAY_MANAGEMENT), such as 127.0.0.1:9090.")
    var management: String?

    @Flag(name: .long, help: "Start without providers that payments need, too.")
    var force = false

    func validate() throws {
        if let port, !(0...65535).contains(port) { throw ValidationError("--port must be from 0 to 65535.") }
    }

    @Sendable private func flags(_ overrides: inout ConfigurationOverrides) {
        if let host { overrides.set(.host, to: host, origin: "--host") }
        if let port { overrides.set(.port, to: "\(port)", origin: "--port") }
        if let management { overrides.set(.management, to: management, origin: "--management") }
    }

    func run() async throws {
        let (written, leftOut) = try await options.loadForServing(flags)
        HostLogging.bootstrap(level: written.log.level, format: written.log.format)
        let metrics = PrometheusMetrics(help: MetricCatalog.help)
        MetricsSystem.bootstrap(metrics)
        let logger = Logger(label: "gateway")
        for problem in leftOut {
            logger.error("A provider is left out because of a mistake.", metadata: ["problem": "\(problem)"])
        }
        let reservation: PortReservation?
        do {
            reservation = written.server.port == 0 ? try PortReservation(host: written.server.host) : nil
        } catch {
            throw Failure.runtime("gateway: cannot take a free port of \(written.server.host): \(error)")
        }
        let configuration = Self.settled(written, reservation)
        let application: GatewayApplication
        do {
            application = try await GatewayApplication.build(
                configuration, isForced: force, reloading: { Self.settled(try options.read(flags), reservation) },
                metrics: metrics,
                logger: logger,
                announce: { address in
                    reservation?.release()
                    // Scripts read this line; not `print`, which keeps it in a buffer where standard output is a file.
                    try? FileHandle.standardOutput.write(contentsOf: Data("Listening on http://\(address)\n".utf8))
                }
            )
        } catch let error as ConfigurationError {
            throw Failure.configuration(error)
        } catch let error as DroppedProviders {
            StandardError.write("\(configuration.file): \(error)")
            throw ExitCode(78)
        } catch {
            throw Failure.runtime("gateway: \(error)")
        }
        try await Self.run(application, configuration)
    }

    /// The configuration with the port that was taken for it, where it asks for any.
    private static func settled(_ configuration: GatewayConfiguration, _ reservation: PortReservation?) -> GatewayConfiguration {
        guard let reservation, configuration.server.port == 0 else { return configuration }
        return configuration.listening(onPort: reservation.port)
    }

    private static func run(_ application: GatewayApplication, _ configuration: GatewayConfiguration) async throws {
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
