import ArgumentParser
import ProviderAPI

/// `gateway call`
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call",
        abstract: "Runs a command that a provider offers itself.",
        discussion: """
            Which there are is the provider's own matter; without a command they are listed:

              gateway call mock
              gateway call mock ledger --json

            A gateway that runs has its provider run the command; otherwise this process does, under the gateway's lock file. Options \
            of this command stand before the provider's name, all that follows is the provider's.
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Argument(help: "The provider's name in providers.yaml.")
    var provider: String

    @Argument(parsing: .captureForPassthrough, help: "The provider's command, and what it is given.")
    var command: [String] = []

    func run() async throws {
        let provider = provider
        guard let name = command.first else {
            let commands = try await options.act(for: "call") { try await $0.commands(of: provider) }
            return print(Self.text(commands, of: provider))
        }
        let arguments = Array(command.dropFirst())
        print(try await options.act(for: "call") { try await $0.call(name, arguments, of: provider) })
    }

    private static func text(_ commands: [ProviderCommand], of provider: String) -> String {
        guard !commands.isEmpty else { return "The provider \(provider) offers no commands." }
        return commands.map { Output.line($0.help) }.joined(separator: "\n")
    }
}
