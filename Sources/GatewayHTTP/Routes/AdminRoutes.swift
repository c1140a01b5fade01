import Foundation
package import GatewayCore
import GatewayLifecycle
package import Hummingbird
package import Logging
import ProviderAPI

/// What an operator's commands have a running gateway do. There is no token: whoever can open the socket may.
package struct AdminRoutes: Sendable {
    let recovery: OperationRecovery
    let desk: OperationDesk
    let webhooks: WebhookReplay
    let providers: ProviderDesk
    let erasure: UserErasure
    let audit: PaymentAudit
    let reload: @Sendable (_ isForced: Bool) async throws -> Void

    /// Routes over the services that do the work.
    ///
    /// - Parameter reload: reads providers.yaml again; where forced, also if it drops providers that payments need.
    package init(
        recovery: OperationRecovery, desk: OperationDesk, webhooks: WebhookReplay, providers: ProviderDesk, erasure: UserErasure,
        audit: PaymentAudit, reload: @escaping @Sendable (_ isForced: Bool) async throws -> Void
    ) {
        self.recovery = recovery
        self.desk = desk
        self.webhooks = webhooks
        self.providers = providers
        self.erasure = erasure
        self.audit = audit
        self.reload = reload
    }

    /// A router with these routes and nothing else.
    package func router(logger: Logger) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: logger))
        router.get("/healthz") { _, _ in Response(status: .noContent) }
        // Its own, so that clients' bodies leave the operator room.
        let memory = BodyMemory()
        let routes: [(String, @Sendable (GatewayRequest) async throws -> [UInt8])] = [
            ("/reconcile", reconcile), ("/operations/:id/resolve", resolve),
            ("/payments/:id/resolve", resolvePayment), ("/webhooks/replay", replay),
            ("/providers/commands", commands), ("/providers/call", call), ("/providers/reload", reloadProviders),
            ("/erase", erase), ("/audit", compareNext),
        ]
        for (path, answer) in routes {
            router.post(RouterPath(path)) { request, context -> Response in
                .json(try await answer(GatewayRequest(request: request, context: context, caller: nil, memory: memory)))
            }
            router.refuseOtherMethods(than: [.post], at: path)
        }
        return router
    }

    private func reconcile(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: true))
        try fields.finish()
        return try Self.json(try await recovery.reconcile())
    }

    private func resolve(_ request: GatewayRequest) async throws -> [UInt8] {
        let id = try request.id("id", of: "operation")
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        let word = fields.string("as", isRequired: true)
        let outcome = word.flatMap(Resolution.Outcome.init)
        if word != nil, outcome == nil { fields.report("as", "It must be one of: succeeded, failed.") }
        let note = fields.string("note", maximum: OperationDesk.longestNote, isRequired: true)
        let object = fields.string("object")
        let isForced = fields.word("force", Choice.allCases) == .yes
        let name = fields.string("operator", isRequired: true)
        try fields.finish()
        guard let outcome, let note, let name else { throw GatewayError(.invalidRequest, "A field is missing.") }
        let standing = try await desk.resolve(
            id, as: Resolution(outcome, object: object, isForced: isForced), note: note, by: name)
        return JSONWriter.object { json in
            json.integer("operation", standing.operation.id)
            json.string("state", standing.operation.state.rawValue)
        }
    }

    private func resolvePayment(_ request: GatewayRequest) async throws -> [UInt8] {
        let id = try request.id("id", of: "payment")
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        let resolution = fields.word("by", ReviewResolution.allCases)
        let note = fields.string("note", maximum: OperationDesk.longestNote, isRequired: true)
        let name = fields.string("operator", isRequired: true)
        try fields.finish()
        guard let resolution, let note, let name else { throw GatewayError(.invalidRequest, "A field is missing.") }
        let payment = try await desk.resolvePayment(id, as: resolution, note: note, by: name)
        return JSONWriter.object { json in
            json.integer("transaction", payment.id)
            json.string("status", payment.status.rawValue)
        }
    }

    private func replay(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        var selection = WebhookReplay.Selection()
        selection.provider = fields.string("provider")
        selection.eventID = fields.string("event")
        selection.state = fields.word("state", WebhookRecord.State.allCases)
        if let since = fields.string("since") {
            selection.receivedFrom = Timestamp(rfc3339: since)
            if selection.receivedFrom == nil { fields.report("since", "It must be a time of RFC 3339.") }
        }
        try fields.finish()
        return try Self.json(try await webhooks.replay(selection))
    }

    private func commands(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        let provider = fields.string("provider", isRequired: true)
        try fields.finish()
        guard let provider else { throw GatewayError(.invalidRequest, "A field is missing.") }
        return try Self.json(try providers.commands(of: provider))
    }

    private func call(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        let provider = fields.string("provider", isRequired: true)
        let command = fields.string("command", isRequired: true)
        let arguments = fields.strings("arguments")
        try fields.finish()
        guard let provider, let command else { throw GatewayError(.invalidRequest, "A field is missing.") }
        return try Self.json(ProviderOutput(try await providers.call(command, arguments, of: provider)))
    }

    private func erase(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: false))
        let user = fields.string("user", isRequired: true)
        let name = fields.string("operator", isRequired: true)
        try fields.finish()
        guard let user, let name else { throw GatewayError(.invalidRequest, "A field is missing.") }
        return try Self.json(try await erasure.erase(user, by: name))
    }

    private func compareNext(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: true))
        var selection = AuditSelection()
        selection.after = fields.wholeNumber("after", in: 0...FieldReader.largestID) ?? selection.after
        selection.through = fields.wholeNumber("through", in: 0...FieldReader.largestID)
        let rate = fields.wholeNumber("rate", in: 1...Int64(AuditSelection.highestRate))
        selection.rate = rate.map { Int($0) } ?? selection.rate
        selection.provider = fields.string("provider")
        if let since = fields.string("since") {
            selection.since = Timestamp(rfc3339: since)
            if selection.since == nil { fields.report("since", "It must be a time of RFC 3339.") }
        }
        try fields.finish()
        return try Self.json(try await audit.compareNext(selection))
    }

    private func reloadProviders(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try await request.object(in: try await request.body(), mayBeEmpty: true))
        let isForced = fields.word("force", Choice.allCases) == .yes
        try fields.finish()
        try await offEventLoop { try await reload(isForced) }
        return try Self.json(providers.names)
    }

    /// How a command writes a choice.
    private enum Choice: String, CaseIterable {
        case yes = "true"
        case no = "false"
    }

    private static func json(_ report: some Encodable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(report))
    }
}

/// What a provider's command prints, as it goes through the socket.
package struct ProviderOutput: Sendable, Codable, Hashable {
    /// The text.
    package var output: String

    /// A text.
    package init(_ output: String) {
        self.output = output
    }
}
