import Hummingbird
import HummingbirdTesting
import NIOPosix
import ProviderAPI
import Synchronization
import Testing

@testable import GatewayCore
@testable import GatewayHTTP

@Suite("A connection's event loop", .timeLimit(.minutes(10)))
struct OnEventLoopTests {
    /// What ran on an event loop, and what elsewhere, in the order of running.
    private final class Places: Sendable {
        private let seen = Mutex<[String]>([])

        var all: [String] { seen.withLock { $0 } }

        /// Notes where it runs now, and where once it has waited.
        @Sendable func note(_ what: String) async {
            for when in ["at once", "later"] {
                let isOnLoop = MultiThreadedEventLoopGroup.currentEventLoop != nil
                seen.withLock { $0.append("\(what), \(when): \(isOnLoop ? "on a loop" : "elsewhere")") }
                await Task.yield()
            }
        }
    }

    @Test("has the requests and the flows that they start, and neither a provider's code nor a reload")
    func places() async throws {
        let places = Places()
        let supervisor = FlowSupervisor()
        let provider = Provider(
            name: "acme", information: ModuleInformation(displayName: "Acme", version: "1.0.0"), digest: "",
            service: SilentService())
        let registry = FixedRegistry(providers: [provider])
        let routes = ProviderRoutes(registry: registry, bodies: ResponseBodies(registry: registry)) { _ in
            await places.note("reload")
        }
        let router = Router(context: GatewayContext.self)
        router.get("/") { request, context in
            await places.note("request")
            try await supervisor.perform {
                await places.note("flow")
                try await supervisor.ask(provider) { () async throws(ProviderError) in await places.note("call") }
            }
            try await provider.withinLimit { await places.note("page") }
            let caller = Principal(subject: "root", isAdmin: true)
            _ = try await routes.reload(GatewayRequest(request: request, context: context, caller: caller, memory: BodyMemory()))
            await places.note("answer")
            return "done"
        }
        try await Application(router: router, server: GatewayServer.testBuilder()).test(.live) { client throws in
            #expect(try await client.execute(uri: "/", method: .get).status == .ok)
        }
        let expected = [
            ("request", true), ("flow", true), ("call", false), ("page", false), ("reload", false), ("answer", true),
        ].flatMap { what, isOnLoop in ["at once", "later"].map { "\(what), \($0): \(isOnLoop ? "on a loop" : "elsewhere")" } }
        #expect(places.all == expected)
    }
}
