import GatewayCore
import Hummingbird
import ProviderAPI

/// The route of webhooks: the raw bytes go to the provider untouched.
struct WebhookRoutes: Sendable {
    let flow: WebhookFlow
    let clock: any ProviderClock

    /// The largest webhook that is taken, in bytes.
    static let maximumBody = 256 * 1024

    @Sendable func receive(_ request: GatewayRequest) async throws -> Response {
        let provider = request.context.parameters.get("provider") ?? ""
        let headers = request.request.providerHeaders
        // Before the body is read: anyone can send one.
        try flow.admit(headers, for: provider, at: clock.now())
        let body = try await request.body(maximum: Self.maximumBody)
        let webhook = WebhookRequest(
            headers: headers, query: request.request.uri.query ?? "", body: body.bytes, receivedAt: clock.now()
        )
        try await flow.receive(webhook, from: provider, requestID: request.context.requestID, holding: body.charge)
        return .json(JSONWriter.object { $0.bool("received", true) })
    }
}
