package import Foundation
import Glibc
import Synchronization

/// The real `gateway` executable in a folder of its own, with providers.yaml, database and journals in it.
///
/// Whoever makes one ends it with ``cleanUp()``, whatever happens.
package final class GatewayProcess: Sendable {
    /// Its folder.
    package let folder: TemporaryFolder
    /// What is run.
    package let executable: URL
    private let configuration: Mutex<GatewayConfiguration>
    private let running: Mutex<Running>

    private struct Running {
        var child: ChildProcess?
        var port = 0
    }

    /// A gateway that is not started yet.
    ///
    /// - Parameter port: nil for any that is free.
    package init(
        _ configuration: GatewayConfiguration = GatewayConfiguration(), executable: URL = TestPaths.gateway, port: Int? = nil
    ) throws {
        self.executable = executable
        folder = try TemporaryFolder()
        // Not the folder of providers.yaml: relative paths start there and not at the working directory.
        try FileManager.default.createDirectory(at: folder.url.appending(path: "elsewhere"), withIntermediateDirectories: false)
        self.configuration = Mutex(configuration)
        running = Mutex(Running())
        try prepare(port: try port ?? SocketConnection.freeServerPort())
    }

    /// The port it listens on.
    package var port: Int { running.withLock { $0.port } }

    /// Changes what the next start reads.
    package func reconfigure(_ change: (inout GatewayConfiguration) -> Void) throws {
        configuration.withLock { change(&$0) }
        try prepare(port: port)
    }

    /// The environment of the gateway and of its commands.
    package var environment: [String: String] {
        var variables = configuration.withLock { $0.variables }
        let own = [
            "PATH": "/usr/bin:/bin", "HOME": folder.url.path, "LANG": "C.UTF-8", "GATEWAY_JWT_SECRET": Token.secret,
        ]
        variables.merge(own) { given, _ in given }
        if let path = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] { variables["LD_LIBRARY_PATH"] = path }
        return variables
    }

    /// Starts it and waits until it is ready. Started again, it takes the same port, folder and database.
    ///
    /// - Parameter flags: more of `gateway serve`.
    /// - Throws: ``GatewayStartError`` where it exits or does not become ready.
    package func start(_ flags: [String] = []) async throws {
        var attempts = 0
        while true {
            attempts += 1
            let child = try launch(flags)
            do {
                try await waitUntilReady(child)
                return
            } catch let error as GatewayStartError where error.portIsTaken && attempts < 5 {
                try prepare(port: try SocketConnection.freeServerPort())
            } catch {
                await child.stop()
                throw error
            }
        }
    }

    /// Starts it and waits until it ends by itself.
    ///
    /// - Throws: ``HarnessError`` where it keeps running.
    package func startAndFail(within limit: Duration = hangLimit) async throws -> ProcessEnd {
        let child = try launch()
        guard let end = await child.waitForEnd(within: limit) else {
            await child.stop()
            throw HarnessError("the gateway should have refused to start, and runs:\n\(log)")
        }
        return end
    }

    /// Sends it a signal, and waits for nothing.
    package func signal(_ signal: Int32) {
        running.withLock { $0.child }?.send(signal)
    }

    /// Asks it to end (SIGTERM) and waits, as an operator would.
    package func terminate(within limit: Duration = hangLimit) async throws -> ProcessEnd {
        guard let child = running.withLock({ $0.child }) else { throw HarnessError("the gateway was not started") }
        child.send(SIGTERM)
        guard let end = await child.waitForEnd(within: limit) else {
            throw HarnessError("the gateway did not end within \(limit) of SIGTERM:\n\(log)")
        }
        return end
    }

    /// Waits for its end, whatever brings it about.
    ///
    /// - Returns: nil where it still runs after `limit`.
    package func waitForEnd(within limit: Duration = hangLimit) async -> ProcessEnd? {
        guard let child = running.withLock({ $0.child }) else { return nil }
        return await child.waitForEnd(within: limit)
    }

    /// Ends it in the middle of whatever it does (SIGKILL).
    package func kill() async {
        guard let child = running.withLock({ $0.child }) else { return }
        child.send(SIGKILL)
        _ = await child.waitForEnd(within: hangLimit)
    }

    /// Whether its process runs.
    package var isRunning: Bool { running.withLock { $0.child.map { $0.ended == nil } ?? false } }

    /// Its process id; nil where it was not started.
    package var processID: pid_t? { running.withLock { $0.child?.id } }

    /// All it has written to standard output and standard error since its first start.
    package var log: String { folder.read("gateway.out") + folder.read("gateway.err") }

    /// The end of its log, for whoever has to find out why something failed.
    package var recentLog: String {
        "the gateway's last lines:\n" + log.split(separator: "\n").suffix(25).joined(separator: "\n")
    }

    /// Ends it and removes its folder.
    ///
    /// - Parameter keepsFolder: for whoever looks into what went wrong.
    package func cleanUp(keepsFolder: Bool = false) async {
        if let child = running.withLock({ $0.child }) { await child.stop() }
        if !keepsFolder { folder.remove() }
    }

    /// Runs a command of the gateway beside it: see ``command(_:)-([String])``.
    package func command(_ arguments: String...) async throws -> CommandResult {
        try await command(arguments)
    }

    /// Runs a command with this gateway's configuration, in another folder than the configuration's.
    package func command(_ arguments: [String]) async throws -> CommandResult {
        // By the environment: behind `call NAME` an option would be the provider's.
        try await run(
            executable, arguments, environment: environment.merging(["GATEWAY_CONFIG": folder.path("providers.yaml")]) { $1 },
            in: folder.url.appending(path: "elsewhere")
        )
    }

    private func prepare(port: Int) throws {
        try folder.write(configuration.withLock { $0.yaml(port: port) }, to: "providers.yaml")
        running.withLock { $0.port = port }
    }

    private func launch(_ flags: [String] = []) throws -> ChildProcess {
        let child = try ChildProcess(
            executable, ["serve", "--config", folder.path("providers.yaml"), "--port", "\(port)"] + flags,
            environment: environment, folder: folder.url.appending(path: "elsewhere"), output: folder.path("gateway.out"),
            errors: folder.path("gateway.err")
        )
        running.withLock { $0.child = child }
        return child
    }

    private func waitUntilReady(_ child: ChildProcess) async throws {
        let logBefore = log.utf8.count
        let end = ContinuousClock.now + hangLimit
        while true {
            if let ended = child.ended {
                let lines = String(decoding: log.utf8.dropFirst(logBefore), as: UTF8.self)
                throw GatewayStartError(reason: "it ended (\(ended))", log: lines)
            }
            if let answer = try? await HTTPRequest(path: "/readyz").send(toPort: port, timeout: .seconds(2)), answer.status == 200
            {
                return
            }
            guard ContinuousClock.now < end else {
                throw GatewayStartError(reason: "it was not ready within \(hangLimit)", log: log)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A gateway did not come up.
package struct GatewayStartError: Error, CustomStringConvertible {
    /// What happened.
    package let reason: String
    /// What it wrote.
    package let log: String

    /// Whether another process got its port first.
    package var portIsTaken: Bool { log.lowercased().contains("address already in use") || log.contains("EADDRINUSE") }

    /// Both.
    package var description: String { "the gateway did not start: \(reason)\n\(log)" }
}
