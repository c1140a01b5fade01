package import Hummingbird
package import Logging

/// The whole of what the gateway answers.
package enum GatewayRouter {
    /// A router with the API, the operators' routes and the documentation.
    ///
    /// - Parameters:
    ///   - answersMetrics: whether `/metrics` is among the operators' routes.
    ///   - refusals: where requests are logged that were refused before anything was done.
    package static func make(
        api: RouteTable, operations: OperationsRoutes, documentation: DocumentationRoutes, answersMetrics: Bool = true,
        refusals: RefusalLog? = nil, logger: Logger
    ) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestBoundary(logger: logger, refusals: refusals))
        api.add(to: router)
        operations.add(to: router, answersMetrics: answersMetrics)
        documentation.add(to: router)
        return router
    }

    /// A router with the operators' routes alone, for a listener of their own.
    package static func make(operations: OperationsRoutes, refusals: RefusalLog, logger: Logger) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestBoundary(logger: logger, refusals: refusals))
        operations.add(to: router)
        return router
    }
}
