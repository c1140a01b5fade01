package import Hummingbird
import Logging

/// What accompanies a request through middleware and routes.
package struct GatewayContext: RequestContext {
    /// Hummingbird's own part.
    package var coreContext: CoreRequestContextStorage
    /// The request's id: in every log line, in the answer and in problem documents.
    package var requestID = ""

    /// The context of a request that has just arrived.
    package init(source: Source) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
