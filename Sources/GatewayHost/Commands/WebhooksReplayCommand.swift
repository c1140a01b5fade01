import ArgumentParser
import GatewayCore
import ProviderAPI

/// `gateway webhooks replay`
struct WebhooksReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Applies stored webhooks once more, and reports what became of each.",
        discussion: """
            For events that were ignored or contradicted before something was put right. The provider sends nothing again; what an \
            event needs to know is asked of the provider. An event that was applied changes nothing a second time. At least one \
            option says which:

              gateway webhooks replay --event evt_1Pgc...
              gateway webhooks replay --provider stripe --since 2026-11-24T00:00:00Z
            """
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "Only of this provider, by its name in providers.yaml.")
    var provider: String?

    @Option(name: .long, help: "Only the event with this id.")
    var event: String?

    @Option(name: .long, help: "Only in this state: pending, applied, ignored or contradicted.")
    var state: WebhookRecord.State?

    @Option(name: .long, help: "Only arrived at this time or later (RFC 3339).", transform: TimeArgument.read)
    var since: Timestamp?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        if selection.isEverything {
            throw ValidationError("Say which webhooks: --provider, --event, --state or --since.")
        }
    }

    func run() async throws {
        let selection = selection
        let report = try await options.act(for: "webhooks replay") { try await $0.replay(selection) }
        if json { return print(try Output.json(report)) }
        if !report.lines.isEmpty {
            var table = TextTable(["PROVIDER", "EVENT", "TYPE", "BEFORE", "AFTER", "RESULT"])
            for line in report.lines {
                table.add([
                    line.provider, Output.line(line.event), Output.line(line.type), line.before, line.after,
                    Output.line(line.result ?? "-"),
                ])
            }
            print(table.text)
        }
        let counts = Dictionary(grouping: report.lines, by: \.after).map { "\($0.value.count) \($0.key)" }.sorted()
        print("\(report.lines.count) replayed" + (counts.isEmpty ? "." : ": \(counts.joined(separator: ", "))."))
    }

    private var selection: WebhookReplay.Selection {
        var selection = WebhookReplay.Selection()
        selection.provider = provider
        selection.eventID = event
        selection.state = state
        selection.receivedFrom = since
        return selection
    }
}
