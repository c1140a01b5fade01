import GatewayCore
import HTTPTypes
package import Hummingbird
import NIOCore

/// The routes for operators: whether the gateway lives, whether it takes requests, and its metrics.
package struct OperationsRoutes: Sendable {
    let isReady: @Sendable () async -> Bool
    let metrics: @Sendable () async -> String

    /// Routes over two questions.
    ///
    /// - Parameters:
    ///   - isReady: whether the gateway takes requests now.
    ///   - metrics: the metrics in Prometheus' text format.
    package init(isReady: @escaping @Sendable () async -> Bool, metrics: @escaping @Sendable () async -> String) {
        self.isReady = isReady
        self.metrics = metrics
    }

    /// Adds `/healthz`, `/readyz` and `/metrics`.
    ///
    /// - Parameter answersMetrics: false where a listener of its own has `/metrics`.
    package func add(to router: Router<GatewayContext>, answersMetrics: Bool = true) {
        router.get("/healthz") { _, _ in Self.plain("ok\n") }
        router.get("/readyz") { _, _ in
            guard await isReady() else {
                throw GatewayError(.unavailable, "The gateway takes no requests now.").retry(afterSeconds: 1)
            }
            return Self.plain("ready\n")
        }
        for path in ["/healthz", "/readyz"] { router.refuseOtherMethods(than: [.get], at: path) }
        guard answersMetrics else { return }
        router.get("/metrics") { _, _ in
            Self.plain(await metrics(), mediaType: "text/plain; version=0.0.4; charset=utf-8")
        }
        router.refuseOtherMethods(than: [.get], at: "/metrics")
    }

    private static func plain(_ text: String, mediaType: String = "text/plain; charset=utf-8") -> Response {
        Response(status: .ok, headers: [.contentType: mediaType], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
