import Foundation
import GatewayHarness
import Testing

/// Examples/PaynowProvider, and the simulator that comes with it.
struct PaynowExample: Sendable {
    /// The gateway that has loaded the example's module, as its only provider.
    let gateway: GatewayProcess
    /// The port of the simulator.
    let port: Int

    /// The integration's key.
    static let key = "0f9b6a52-1111-4222-8333-944455556666"

    private static let package = TestPaths.repository.appending(path: "Examples/PaynowProvider")

    /// Presses a button of the payer's page, as a browser posts its form.
    ///
    /// - Parameters:
    ///   - page: where the gateway sends the payer.
    ///   - notify: whether the status update arrives.
    func press(_ button: String, on page: String, notify: Bool = true) async throws -> HTTPAnswer {
        let url = try #require(URL(string: page))
        #expect(url.port == port)
        return try await HTTPRequest(
            method: "POST", path: url.path, headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("action=\(button)\(notify ? "" : "&notify=no")".utf8)
        ).send(toPort: port)
    }

    /// Builds the module, in a folder that later runs find again, and tells where it is.
    static func build() async throws -> URL {
        let scratch = TestPaths.repository.appending(path: ".build-examples/PaynowProvider")
        let variables = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME", "LANG"].contains($0.key) }
        let options = ["--package-path", package.path, "--scratch-path", scratch.path, "--product", "PaynowProvider"]
        let env = URL(filePath: "/usr/bin/env")
        let result = try await GatewayHarness.run(
            env, ["swift", "build"] + options, environment: variables, within: hangLimit * 4)
        guard result.end == .exited(0) else { throw HarnessError("the example could not be built: \(result.everything)") }
        return scratch.appending(path: "debug/libPaynowProvider.so")
    }

    /// Starts the simulator and a gateway with the example for the length of `body`.
    ///
    /// - Parameter losingAnswers: how many creations happen at the simulator without anybody being told.
    static func serve(losingAnswers: Int = 0, _ body: (PaynowExample) async throws -> Void) async throws {
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        let modules = folder.url.appending(path: "modules")
        try FileManager.default.createDirectory(at: modules, withIntermediateDirectories: false)
        try FileManager.default.copyItem(at: try await build(), to: modules.appending(path: "libPaynowProvider.so"))

        let arguments = ["--id", "1201", "--key", key, "--lose-answers", "\(losingAnswers)"]
        let simulator = try ChildProcess(
            TestPaths.python, [package.appending(path: "simulator/paynow.py").path] + arguments, environment: [:],
            folder: folder.url, output: folder.path("out"), errors: folder.path("err")
        )
        do {
            let base = try await eventually("the simulator says where it listens") { () -> String? in
                if let end = simulator.ended { throw HarnessError("the simulator ended (\(end)):\n\(folder.read("err"))") }
                return folder.read("out").split(separator: "\n").first.map(String.init)
            }
            let port = try #require(URL(string: base)?.port)
            var configuration = GatewayConfiguration()
            configuration.modulesDirectory = modules.path
            configuration.providers = [provider(at: base)]
            configuration.defaultProvider = "paynow"
            try await withGateway(configuration) { try await body(PaynowExample(gateway: $0, port: port)) }
            await simulator.stop()
        } catch {
            await simulator.stop()
            throw error
        }
    }

    private static func provider(at base: String) -> String {
        """
        name: paynow
        module: libPaynowProvider.so
        settings:
          integration_id: 1201
          integration_keys: ["\(key)"]
          currency: USD
          return_url: https://shop.example/back
          api_base: "\(base)"
        """
    }
}
