package import ProviderAPI

/// Runs the commands that providers offer themselves (`gateway call NAME COMMAND ...`). The gateway knows none of them by name.
package struct ProviderDesk: Sendable {
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor

    /// How long a command may take.
    private static let deadline = Duration.seconds(60)

    /// A desk for the providers in use.
    package init(registry: any ProviderRegistry, supervisor: FlowSupervisor) {
        self.registry = registry
        self.supervisor = supervisor
    }

    /// The names of the providers in use.
    package var names: [String] { registry.providers.map(\.name) }

    /// What a provider offers.
    ///
    /// - Throws: `notFound` where no provider has this name.
    package func commands(of name: String) throws -> [ProviderCommand] {
        try provider(named: name).service.commands
    }

    /// Runs a provider's command.
    ///
    /// - Returns: what it prints.
    /// - Throws: `notFound` where no provider has this name, or it does not offer the command; `providerRejected` with its words
    ///   where it refuses.
    package func call(_ command: String, _ arguments: [String], of name: String) async throws -> String {
        let provider = try provider(named: name)
        let offered = provider.service.commands.map(\.name)
        guard offered.contains(where: command.isIdentical) else {
            let list = offered.isEmpty ? "none" : offered.joined(separator: ", ")
            throw GatewayError(.notFound, "The provider \(name) offers no command \(command); it offers: \(list).")
        }
        let context = CallContext(deadline: .now + Self.deadline, requestID: "call-\(name)-\(command)")
        do throws(ProviderError) {
            return try await supervisor.ask(provider, within: Self.deadline) { () async throws(ProviderError) in
                try await provider.service.runCommand(command, arguments: arguments, in: context)
            }
        } catch {
            var place = ""
            if case .rejected(let rejection) = error, let field = rejection.field { place = "\(field): " }
            throw GatewayError(.providerRejected, "\(name) \(command): \(place)\(error.summary)")
        }
    }

    private func provider(named name: String) throws -> Provider {
        guard let provider = registry.provider(named: name) else {
            let names = registry.providers.map(\.name).joined(separator: ", ")
            throw GatewayError(.notFound, "There is no provider \(name) in use; there are: \(names).")
        }
        return provider
    }
}
