package import GatewayCore
import HTTPTypes
package import Hummingbird
import Metrics
package import ProviderAPI

/// Every route of the API, who may call it, and what answers it.
package struct RouteTable: Sendable {
    let orders: OrderRoutes
    let payments: PaymentRoutes
    let webhooks: WebhookRoutes
    let providers: ProviderRoutes
    let commands: ProviderCommandRoutes
    let verifier: TokenVerifier
    let memory: BodyMemory
    let authorization: AuthorizationPolicy
    let limiter: SubjectRateLimiter?

    /// Who may call a route. What belongs to someone is checked where it is found: owners and admins see it, others a 404.
    enum Access: Sendable, Equatable {
        /// Everyone; a webhook's signature is its own proof.
        case open
        /// Whoever has a valid token.
        case user
        /// Whoever has a valid token with `role: admin`.
        case admin
        /// Callers whom the configuration lets do this to payments.
        case action(Scope)
    }

    typealias Handler = @Sendable (GatewayRequest) async throws -> Response

    /// The routes under `/api/v1`.
    var routes: [(HTTPRequest.Method, String, Access, Handler)] {
        [
            (.post, "/orders", .user, orders.create),
            (.get, "/orders", .user, orders.list),
            (.get, "/orders/:id", .user, orders.get),

            (.post, "/payments/create-payment-intent", .user, payments.create),
            (.get, "/payments/transactions", .user, payments.list),
            (.get, "/payments/transactions/:id", .user, payments.transaction),
            (.get, "/payments/transactions/:id/events", .user, payments.history),
            (.get, "/payments/:intent", .user, payments.refreshed),
            (.post, "/payments/:intent/confirm", .user, payments.confirm),
            (.post, "/payments/:intent/capture", .action(.capture), payments.capture),
            (.post, "/payments/:intent/cancel", .action(.cancel), payments.cancel),
            (.post, "/payments/:intent/refund", .action(.refund), payments.refund),
            (.get, "/payments/:intent/refunds", .user, payments.refunds),

            (.post, "/payments/webhooks/:provider", .open, webhooks.receive),

            (.get, "/providers", .admin, providers.list),
            (.post, "/providers/reload", .admin, providers.reload),
            (.get, "/providers/:provider/commands", .admin, commands.list),
            (.post, "/providers/:provider/commands/:command", .admin, commands.run),
        ]
    }

    /// A table over the core's services.
    ///
    /// - Parameters:
    ///   - memory: what the bytes of requests' bodies are counted in.
    ///   - requiresIdempotencyKey: whether a request that changes a payment needs a key.
    ///   - reload: reads providers.yaml again; where forced, also if it drops providers that payments need.
    package init(
        orders: OrderBook, flow: PaymentFlow, queries: PaymentQueries, webhooks: WebhookFlow, registry: any ProviderRegistry,
        commands: ProviderCommandRoutes, encoder: AnswerBytes, clock: any ProviderClock, verifier: TokenVerifier,
        memory: BodyMemory, authorization: AuthorizationPolicy = AuthorizationPolicy(), rateLimit: SubjectRateLimit? = nil,
        requiresIdempotencyKey: Bool = false, reload: @escaping @Sendable (_ isForced: Bool) async throws -> Void
    ) {
        let bodies = ResponseBodies(registry: registry)
        self.orders = OrderRoutes(orders: orders, bodies: bodies)
        payments = PaymentRoutes(
            flow: flow, queries: queries, bodies: bodies, requiresIdempotencyKey: requiresIdempotencyKey)
        self.webhooks = WebhookRoutes(flow: webhooks, clock: clock)
        providers = ProviderRoutes(registry: registry, bodies: bodies, reloadProviders: reload)
        self.commands = commands
        self.verifier = verifier
        self.memory = memory
        self.authorization = authorization
        limiter = rateLimit.map { SubjectRateLimiter($0, clock: clock) }
    }

    /// Adds the routes to a router. A path answers 405 to the methods that it does not have.
    package func add(to router: Router<GatewayContext>) {
        for (method, path, access, handler) in routes {
            router.on(RouterPath("/api/v1" + path), method: method) { request, context in
                try await handler(try await authenticate(request, context, for: access))
            }
        }
        for (path, routes) in Dictionary(grouping: routes, by: { $0.1 }) {
            router.refuseOtherMethods(than: routes.map(\.0), at: "/api/v1" + path)
        }
        // Which methods a page has is the provider's to say.
        for method in Self.pageMethods {
            router.on("/api/v1/providers/:provider/pages/**", method: method) { request, context in
                try await providers.page(GatewayRequest(request: request, context: context, caller: nil, memory: memory))
            }
        }
        router.refuseOtherMethods(than: Self.pageMethods, at: "/api/v1/providers/:provider/pages/**")
    }

    private static let pageMethods: [HTTPRequest.Method] = [.get, .post, .put, .patch, .delete]

    private func authenticate(
        _ request: Request, _ context: GatewayContext, for access: Access
    ) async throws -> GatewayRequest {
        guard access != .open else { return GatewayRequest(request: request, context: context, caller: nil, memory: memory) }
        let principal = try await verifier.principal(authorization: request.headers[.authorization])
        // Admins are the operator's own programs.
        if let limiter, !principal.isAdmin, let seconds = limiter.refuse(principal.subject) {
            Counter(label: "gateway_rate_limited_requests_total").increment()
            throw GatewayError(.rateLimited, "This user sends too many requests. Wait for Retry-After, and repeat the request.")
                .retry(afterSeconds: seconds)
        }
        switch access {
        case .open, .user: break
        case .admin:
            guard principal.isAdmin else {
                throw GatewayError(.forbidden, "Only admins may do this: the token needs role: admin.")
            }
        case .action(let action): try authorization.check(action, by: principal)
        }
        let request = GatewayRequest(request: request, context: context, caller: principal, memory: memory)
        try request.refuseCardNumberInTarget()
        return request
    }
}

extension Router where Context == GatewayContext {
    /// The method of safe requests with a body, too new for a name in HTTPTypes.
    private static var query: [HTTPRequest.Method] { [HTTPRequest.Method("QUERY")].compactMap(\.self) }

    /// Answers 405 with `Allow` (RFC 9110, section 15.5.6) to every method but these.
    func refuseOtherMethods(than methods: [HTTPRequest.Method], at path: String) {
        let all: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options, .trace] + Self.query
        // HEAD goes with GET (RFC 9110, section 9.1): the router makes it.
        let present = methods.contains(.get) ? methods + [.head] : methods
        let allowed = Set(present.map(\.rawValue)).sorted()
        for method in all where !present.contains(method) {
            on(RouterPath(path), method: method) { _, _ -> Response in
                var error = GatewayError(.methodNotAllowed, "This path has \(allowed.joined(separator: " and ")) only.")
                error.allowedMethods = allowed
                throw error
            }
        }
    }
}
