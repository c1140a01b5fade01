package import ProviderAPI

extension MockService {
    /// What testers run by `gateway call NAME ...`.
    package var commands: [ProviderCommand] {
        [
            ProviderCommand(name: "ledger", help: "\(Self.ledgerUsage): every effect in the journal, oldest first"),
            ProviderCommand(name: "event", help: "\(EventOrder.usage): it happens at the mock, and its webhook is posted"),
            ProviderCommand(
                name: "advance",
                help: "\(Self.advanceUsage): puts the mock's clock forward, and lets happen what is due by then"),
            ProviderCommand(
                name: "scenario",
                help:
                    "scenario list | set JSON | clear [--test-id ID] [--json]: what goes wrong from now on, until the next start or reload"
            ),
            ProviderCommand(
                name: "reset",
                help: "\(Self.resetUsage): forgets payments, scenarios set since the start, and that the clock was advanced"),
        ]
    }

    /// Runs one of ``commands``.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` that says how the command is used, or what is wrong with what it was given.
    package func runCommand(
        _ name: String, arguments: [String], in call: CallContext
    ) async throws(ProviderError) -> String {
        switch name {
        case "ledger": return try runLedger(arguments)
        case "event": return try runEvent(arguments)
        case "advance": return try runAdvance(arguments)
        case "reset": return try runReset(arguments)
        case "scenario": return try runScenario(arguments)
        default: throw .rejected(Rejection(.unsupported, message: "the mock offers no command \(name)"))
        }
    }

    /// How the command is used, as the refusal of all else.
    static func usage(_ text: String) -> ProviderError {
        .rejected(Rejection(.invalidRequest, message: "the usage is: \(text)"))
    }
}
