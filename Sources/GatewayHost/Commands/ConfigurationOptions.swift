import ArgumentParser
import Foundation
import Logging
import ProviderLoading

/// Where the configuration is, for every command.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: "The configuration file (GATEWAY_CONFIG). Default: providers.yaml in this folder.")
    var config: String?

    @Option(name: .long, help: "The SQLite database, as sqlite:PATH (GATEWAY_DATABASE).")
    var database: String?

    /// The configuration, read and checked, with whatever `flags` overrides.
    ///
    /// - Throws: `ConfigurationError` with every mistake.
    func read(_ flags: (inout ConfigurationOverrides) -> Void = { _ in }) throws -> GatewayConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let path = config ?? GatewayVariable.configuration.value(in: environment) ?? "providers.yaml"
        let dotEnv = URL(fileURLWithPath: path).deletingLastPathComponent().appendingPathComponent(".env").path
        let variables = try DotEnvFile(path: dotEnv).overlaid(by: environment)
        var overrides = ConfigurationOverrides(variables: variables)
        if let database { overrides.set(.database, to: database, origin: "--database") }
        flags(&overrides)
        return try GatewayConfiguration.read(
            path: path, variables: variables, overrides: overrides, executableDirectory: Executable.directory
        )
    }

    /// Reads and checks as ``read(_:)`` does, for commands that load providers: mistakes in their settings are told along with the others.
    ///
    /// - Throws: `ExitCode` 78 after printing every mistake to standard error.
    func loadForProviders(_ flags: (inout ConfigurationOverrides) -> Void = { _ in }) async throws -> GatewayConfiguration {
        do {
            return try read(flags)
        } catch let error as ConfigurationError {
            guard let remains = error.remains else { throw Failure.configuration(error) }
            throw Failure.configuration(error.adding(await ProviderHosting.load(remains, logger: Logger(label: "gateway"))))
        } catch {
            throw Failure.configuration(error)
        }
    }

    /// Reads and checks as ``read(_:)`` does, for serving: in development, providers with mistakes are left out.
    ///
    /// - Returns: the configuration, and the mistakes of what was left out of it.
    /// - Throws: `ExitCode` 78 after printing every mistake to standard error.
    func loadForServing(
        _ flags: (inout ConfigurationOverrides) -> Void
    ) async throws -> (GatewayConfiguration, leftOut: [ConfigurationProblem]) {
        do {
            return (try read(flags), [])
        } catch let error as ConfigurationError {
            if let rest = error.withoutBrokenProviders { return (rest, error.problems) }
            return (try await loadForProviders(flags), [])
        } catch {
            throw Failure.configuration(error)
        }
    }

    /// Reads and checks as ``read(_:)`` does, for commands that load no provider.
    ///
    /// - Throws: `ExitCode` 78 after printing every mistake to standard error.
    func load(_ flags: (inout ConfigurationOverrides) -> Void = { _ in }) throws -> GatewayConfiguration {
        do {
            return try read(flags)
        } catch {
            throw Failure.configuration(error)
        }
    }
}
