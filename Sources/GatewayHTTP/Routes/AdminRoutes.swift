import Foundation
package import GatewayCore
package import Hummingbird
package import Logging
import ProviderAPI

/// What an operator's commands have a running gateway do. There is no token: whoever can open the socket may.
package struct AdminRoutes: Sendable {
    let recovery: OperationRecovery
    let desk: OperationDesk
    let webhooks: WebhookReplay

    /// Routes over the services that do the work.
    package init(recovery: OperationRecovery, desk: OperationDesk, webhooks: WebhookReplay) {
        self.recovery = recovery
        self.desk = desk
        self.webhooks = webhooks
    }

    /// A router with these routes and nothing else.
    package func router(logger: Logger) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: logger))
        router.get("/healthz") { _, _ in Response(status: .noContent) }
        let routes: [(String, @Sendable (GatewayRequest) async throws -> [UInt8])] = [
            ("/reconcile", reconcile), ("/operations/:id/resolve", resolve), ("/webhooks/replay", replay),
        ]
        for (path, answer) in routes {
            router.post(RouterPath(path)) { request, context -> Response in
                .json(try await answer(GatewayRequest(request: request, context: context, caller: nil)))
            }
            router.refuseOtherMethods(than: [.post], at: path)
        }
        return router
    }

    private func reconcile(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try request.object(in: try await request.body(), mayBeEmpty: true))
        try fields.finish()
        return try Self.json(try await recovery.reconcile())
    }

    private func resolve(_ request: GatewayRequest) async throws -> [UInt8] {
        let id = try request.id("id", of: "operation")
        var fields = FieldReader(try request.object(in: try await request.body(), mayBeEmpty: false))
        let word = fields.string("as", isRequired: true)
        let outcome = word.flatMap(Resolution.Outcome.init)
        if word != nil, outcome == nil { fields.report("as", "It must be one of: succeeded, failed.") }
        let note = fields.string("note", maximum: OperationDesk.longestNote, isRequired: true)
        let object = fields.string("object")
        let name = fields.string("operator", isRequired: true)
        try fields.finish()
        guard let outcome, let note, let name else { throw GatewayError(.invalidRequest, "A field is missing.") }
        let standing = try await desk.resolve(
            id, as: Resolution(outcome, object: object), note: note, by: name)
        return JSONWriter.object { json in
            json.integer("operation", standing.operation.id)
            json.string("state", standing.operation.state.rawValue)
        }
    }

    private func replay(_ request: GatewayRequest) async throws -> [UInt8] {
        var fields = FieldReader(try request.object(in: try await request.body(), mayBeEmpty: false))
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

    private static func json(_ report: some Encodable) throws -> [UInt8] {
        Array(try JSONEncoder().encode(report))
    }
}
