import GatewayCore
import HTTPTypes
import Hummingbird
import NIOCore
import ProviderAPI

/// The routes of providers: which there are, and the pages that they serve themselves.
struct ProviderRoutes: Sendable {
    let registry: any ProviderRegistry
    let bodies: ResponseBodies
    /// Reads providers.yaml again; where forced, also if it drops providers that payments need.
    let reloadProviders: @Sendable (_ isForced: Bool) async throws -> Void

    @Sendable func list(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        return await list()
    }

    private func list() async -> Response {
        var entries: [(Provider, ProviderHealth)] = []
        for provider in registry.providers {
            entries.append((provider, await offEventLoop { await provider.service.health() }))
        }
        return .json(bodies.providers(entries))
    }

    @Sendable func reload(_ request: GatewayRequest) async throws -> Response {
        // Before anything is reloaded: what is refused has had no effect.
        var query = request.query
        let isForced = query.bool("force") ?? false
        try query.finish()
        try await offEventLoop { try await reloadProviders(isForced) }
        return await list()
    }

    /// Fields that frame the answer: a page that set them would put the connection out of step.
    private static let ownedByServer: Set<HTTPTypes.HTTPField.Name> = [
        .contentLength, .transferEncoding, .connection, .contentType, .date, .server, .upgrade,
    ]

    /// For pages whose provider says nothing else: no other site may frame them, or learn their address by a link.
    private static let policy: HTTPFields = [
        .contentSecurityPolicy: "base-uri 'none'; frame-ancestors 'none'", .referrerPolicy: "no-referrer",
        .cacheControl: "no-store",
    ]

    /// The largest form that a page takes, in bytes. Anyone can send one.
    private static let maximumPageBody = 64 * 1024

    /// A page below a provider's pages URL: passed through both ways.
    func page(_ request: GatewayRequest) async throws -> Response {
        guard let name = request.context.parameters.get("provider"), let provider = registry.provider(named: name),
            provider.service.capabilities.pages
        else { throw GatewayError.notFound("page") }
        let path = "/" + request.context.parameters.getCatchAll().joined(separator: "/")
        let body = try await request.body(maximum: Self.maximumPageBody)
        defer { withExtendedLifetime(body) {} }
        let page = PageRequest(
            method: request.request.method.rawValue, path: path, query: request.request.uri.query ?? "",
            headers: request.request.providerHeaders, body: body.bytes
        )
        var call = CallContext(deadline: .now + .seconds(20), requestID: request.context.requestID)
        call.traceparent = request.traceparent
        let answer: PageResponse
        do {
            answer = try await provider.withinLimit { try await provider.service.servePage(page, in: call) }
        } catch let error as ProviderError {
            throw GatewayError(error, provider: name)
                ?? GatewayError(.providerUnavailable, "The provider \(name) could not serve the page.").retry(afterSeconds: 5)
        }
        guard (200...599).contains(answer.status) else {
            throw GatewayError(.providerUnavailable, "The provider \(name) answered the page with a status that is none.")
        }
        var headers: HTTPFields = [.contentType: answer.contentType]
        for field in Self.policy where !answer.headers.contains(where: { $0.name.lowercased() == field.name.canonicalName }) {
            headers.append(field)
        }
        for field in answer.headers {
            guard let fieldName = HTTPTypes.HTTPField.Name(field.name), !Self.ownedByServer.contains(fieldName) else { continue }
            headers.append(HTTPTypes.HTTPField(name: fieldName, value: field.value))
        }
        return Response(
            status: HTTPTypes.HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        )
    }
}

extension Request {
    /// The header fields for a provider, names in lower case. The caller's token stays here.
    var providerHeaders: [ProviderAPI.HTTPField] {
        headers.filter { $0.name != .authorization && $0.name != .cookie }
            .map { ProviderAPI.HTTPField($0.name.canonicalName, $0.value) }
    }
}
