import GatewayCore
import Hummingbird
import HummingbirdTesting
import NIOPosix
import ProviderAPI
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("A connection's event loop", .timeLimit(.minutes(1)))
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

    @Test("has the requests and the flows that they start, and none of a provider's calls")
    func places() async throws {
        let places = Places()
        let supervisor = FlowSupervisor()
        let provider = Provider(
            name: "acme", information: ModuleInformation(displayName: "Acme", version: "1.0.0"), digest: "",
            service: SilentService())
        let router = Router(context: GatewayContext.self)
        router.get("/") { _, _ in
            await places.note("request")
            try await supervisor.perform { await places.note("flow") }
            await provider.aside { await places.note("provider") }
            try await provider.withinLimit { await places.note("page") }
            await places.note("answer")
            return "done"
        }
        try await Application(router: router, server: GatewayServer.builder()).test(.live) { client throws in
            #expect(try await client.execute(uri: "/", method: .get).status == .ok)
        }
        let expected = [("request", true), ("flow", true), ("provider", false), ("page", false), ("answer", true)].flatMap {
            place in
            ["at once", "later"].map { "\(place.0), \($0): \(place.1 ? "on a loop" : "elsewhere")" }
        }
        #expect(places.all == expected)
    }
}
