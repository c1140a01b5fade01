import ArgumentParser
import Logging
import ProviderAPI
import ProviderLoading

/// `gateway reference`
struct ReferenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Prints every key of providers.yaml and every environment variable, as Markdown.",
        discussion: """
            It is made from what the program checks a configuration by, and needs no configuration. With the file names of modules \
            beside the executable it shows their settings too:

              gateway reference libStripeProvider.so
            """
    )

    @Argument(help: "Modules whose settings are shown: file names in the executable's folder, or --directory.")
    var modules: [String] = []

    @Option(name: .long, help: "The folder of the modules. Default: that of the executable.", completion: .directory)
    var directory: String?

    func run() async throws {
        HostLogging.bootstrap(level: .warning)
        let loader = ModuleLoader(
            directory: directory ?? Executable.directory, copies: ModuleCopies(directory: nil), probe: ModuleProbe.byThisProgram)
        var loaded: [(file: String, module: any ProviderModule)] = []
        do {
            for name in modules { loaded.append((name, try await loader.load(name, sha256: nil).module)) }
        } catch {
            throw Failure.runtime("gateway reference: \(error)")
        }
        print(ConfigurationReference(modules: loaded).markdown, terminator: "")
    }
}
