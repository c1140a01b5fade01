import GatewayCore
import HTTPTypes
package import Hummingbird

/// The API's documentation: Swagger UI, ReDoc, the OpenAPI document, and the files the pages load.
///
/// Everything comes from this origin, so that the pages work where the browser has no internet.
package struct DocumentationRoutes: Sendable {
    private let assets: WebAssets

    /// Routes over the assets of a folder, which is read here, once.
    ///
    /// - Parameter webRoot: the folder with `openapi.json`, `swagger-ui` and `redoc`; nil where there is none. The pages then
    ///   answer 404 and say how to install it.
    package init(webRoot: String?) {
        assets = WebAssets(root: webRoot)
    }

    /// What the pages need and the web root does not have, sorted: worth a line in the log at start.
    package var missing: [String] {
        Set(DocumentationPage.all.flatMap(\.needs)).filter { assets[$0] == nil }.sorted()
    }

    /// Adds `/api/docs`, `/api/redoc`, `/api/openapi.json` and `/api/assets/**`.
    package func add(to router: Router<GatewayContext>) {
        for page in DocumentationPage.all {
            serve(page.path, on: router) { _ in
                for name in page.needs { _ = try installed(name) }
                return (page.markup, DocumentationPage.policy)
            }
        }
        serve("/api/openapi.json", on: router) { _ in (try installed(WebAssets.openAPI), [:]) }
        serve("/api/assets/**", on: router) { context in
            (try asset(named: context.parameters.getCatchAll().joined(separator: "/")), [:])
        }
    }

    private func serve(
        _ path: String, on router: Router<GatewayContext>,
        _ find: @escaping @Sendable (GatewayContext) throws -> (WebAsset, HTTPFields)
    ) {
        for method in [HTTPRequest.Method.get, .head] {
            router.on(RouterPath(path), method: method) { request, context in
                let (asset, policy) = try find(context)
                return asset.response(to: request, policy: policy)
            }
        }
        router.refuseOtherMethods(than: [.get, .head], at: path)
    }

    /// A start script of ours, or a file of one of the served folders.
    private func asset(named name: String) throws -> WebAsset {
        if let page = DocumentationPage.all.first(where: { $0.scriptName == name }) { return page.script }
        let isOurs = WebAssets.folders.contains { name.hasPrefix($0 + "/") }
        if isOurs, let asset = assets[name] { return asset }
        if isOurs, missing.contains(name) { return try installed(name) }
        throw GatewayError(.notFound, "The documentation has no asset of this name.")
    }

    private func installed(_ name: String) throws -> WebAsset {
        guard let asset = assets[name] else {
            throw GatewayError(
                .notFound,
                "The documentation's web assets are not installed: \(name) is missing. "
                    + "Run make web, or point GATEWAY_WEB_ROOT at their folder, and start the gateway anew."
            )
        }
        return asset
    }
}
