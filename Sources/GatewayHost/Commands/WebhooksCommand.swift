import ArgumentParser
import GatewayCore
import ProviderAPI

/// `gateway webhooks`
struct WebhooksCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "webhooks",
        abstract: "Shows the stored webhooks and what became of them; replay applies some once more.",
        discussion: """
            Every verified event of a provider is stored before it is acknowledged:

              gateway webhooks --state pending   what waits, why, and until when
              gateway webhooks list --help       all options, --config among them
              gateway webhooks replay --help     how to apply events once more
            """,
        subcommands: [WebhooksListCommand.self, WebhooksReplayCommand.self],
        defaultSubcommand: WebhooksListCommand.self
    )
}

/// `gateway webhooks list`
struct WebhooksListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows stored webhooks, in the order of their arrival. This is what `gateway webhooks` does.",
        discussion: "It only reads, with or without a gateway running."
    )

    @OptionGroup var options: ConfigurationOptions

    @Option(name: .long, help: "Only in this state: pending, applied, ignored or contradicted.")
    var state: WebhookRecord.State?

    @Option(name: .long, help: "Only arrived at this time or later (RFC 3339).", transform: TimeArgument.read)
    var since: Timestamp?

    @Option(name: .long, help: "At most so many, from 1 to 1000.")
    var limit = 50

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard (1...1000).contains(limit) else { throw ValidationError("--limit must be from 1 to 1000.") }
    }

    func run() async throws {
        var query = WebhookQuery(limit: limit)
        query.state = state
        query.receivedFrom = since
        let page = query
        let lines = try await options.readBooks(for: "webhooks") { try $0.webhooks(page).map(WebhookLine.init) }
        if json { return print(try Output.json(lines)) }
        guard !lines.isEmpty else { return print("There are no such webhooks.") }
        var table = TextTable(["RECEIVED", "PROVIDER", "EVENT", "TYPE", "STATE", "TRIES", "NEXT TRY", "RESULT"])
        for line in lines {
            table.add([
                Output.time(line.receivedAt), line.provider, Output.line(line.event), Output.line(line.type), line.state,
                "\(line.attempts)", line.nextTryAt.map(Output.time) ?? "-", Output.line(line.result ?? "-"),
            ])
        }
        print(table.text)
    }
}

/// A stored webhook as operators see it.
struct WebhookLine: Sendable, Encodable {
    let id: Int64
    let provider: String
    let event: String
    let type: String
    let paymentIntentID: String?
    let state: String
    let attempts: Int
    let receivedAt: String
    let nextTryAt: String?
    let result: String?

    private enum CodingKeys: String, CodingKey {
        case id
        case provider
        case event
        case type
        case paymentIntentID = "payment_intent_id"
        case state
        case attempts
        case receivedAt = "received_at"
        case nextTryAt = "next_try_at"
        case result
    }

    init(_ standing: WebhookStanding) {
        let record = standing.record
        id = record.id
        provider = record.provider
        event = record.event.id
        type = record.event.type
        paymentIntentID = record.event.subject.paymentIntentID
        state = record.state.rawValue
        attempts = record.attempts
        receivedAt = record.receivedAt.rfc3339
        nextTryAt = record.state == .pending ? standing.nextTryAt.rfc3339 : nil
        result = standing.result
    }
}

extension WebhookRecord.State: ExpressibleByArgument {}

/// Times on the command line.
enum TimeArgument {
    /// Reads RFC 3339.
    ///
    /// - Throws: `ValidationError` that shows the form.
    static func read(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(rfc3339: text) else {
            throw ValidationError("It must be a time of RFC 3339, such as 2026-11-24T00:00:00Z.")
        }
        return time
    }
}
