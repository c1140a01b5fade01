import ArgumentParser
import Foundation
import ProviderLoading

/// `gateway provider new NAME`
struct ProviderNewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new",
        abstract: "Makes the package of a provider that builds, passes its tests and takes payments as it is.",
        discussion: """
            The package stands outside of the gateway's own: a module with all operations of the contract against a documented little \
            HTTP API, a simulator of that API, tests, recordings for `gateway certify`, and a README that leads from there to a \
            provider of yours.

              gateway provider new acme
              gateway provider new acme-pay --directory ~/payments/acme

            The packages ProviderAPI and ProviderTestKit are looked for in --sdk, GATEWAY_SDK, sdk/ beside the gateway, and the \
            checkout that it was built in.
            """
    )

    @Argument(help: "The name in providers.yaml and URLs: lower-case letters, digits and dashes.", transform: Self.name)
    var name: ProviderName

    @Option(
        name: .long, help: "The package's folder; it must be empty or not be there. Default: NAME in this folder.",
        completion: .directory)
    var directory: String?

    @Option(
        name: .long, help: "The folder that holds the SDK's packages ProviderAPI and ProviderTestKit (GATEWAY_SDK).",
        completion: .directory)
    var sdk: String?

    func run() throws {
        let folder = URL(fileURLWithPath: directory ?? name.dashed).standardizedFileURL.path
        do throws(ScaffoldError) {
            let search = SDKSearch(executableDirectory: Executable.directory)
            let sdk = try search.sdk(named: sdk, variable: GatewayVariable.sdk.value(in: ProcessInfo.processInfo.environment))
            let template = try ProviderTemplate(folder: try search.template())
            try PackageFolder.write(try template.files(for: name, sdk: sdk), to: folder)
        } catch {
            throw Failure.runtime("gateway provider new: \(error)")
        }
        print(NextSteps(name: name, folder: folder, gateway: Executable.directory + "/gateway").text)
    }

    private static func name(_ text: String) throws -> ProviderName {
        do {
            return try ProviderName(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
