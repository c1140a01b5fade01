import ArgumentParser

/// `gateway provider`. (`ProviderCommand` is the SDK's word for what `gateway call` runs.)
struct ProviderAuthorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "For authors of providers: new makes a package to start from.",
        discussion: "What a gateway would load is shown by `gateway providers`.",
        subcommands: [ProviderNewCommand.self]
    )
}
