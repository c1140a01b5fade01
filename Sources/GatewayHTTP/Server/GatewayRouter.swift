package import Hummingbird
package import Logging

/// The whole of what the gateway answers.
package enum GatewayRouter {
    /// A router with the API, the operators' routes and the documentation.
    package static func make(
        api: RouteTable, operations: OperationsRoutes, documentation: DocumentationRoutes, logger: Logger
    ) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self, options: [.autoGenerateHeadEndpoints])
        router.add(middleware: RequestBoundary(logger: logger))
        api.add(to: router)
        operations.add(to: router)
        documentation.add(to: router)
        return router
    }
}
