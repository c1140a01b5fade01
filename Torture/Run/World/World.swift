import AsyncHTTPClient
import Foundation
import GatewayHarness
import NIOCore
import StrikeControl
import Synchronization
import TortureBooks

/// How a world differs from others.
struct WorldPlan: Sendable {
    /// Whether the mock posts its events to the gateway.
    var webhooks = false
    /// Whether the gateway is started with the library that strikes.
    var strikes = false
    /// Whether writes are kept until they are synced, for power cuts.
    var keepsUndoLog = false
    /// Further settings of the mock, as YAML with a leading comma.
    var mockSettings = ""
}

/// A folder with a gateway in it, its mock provider, and the clients that talk to it.
final class World: Sendable {
    /// How it differs from others.
    let plan: WorldPlan
    /// The process, started and killed any number of times on the same port and folder.
    let gateway: GatewayProcess
    /// What strikes it; nil where the plan has no strikes.
    let strikes: StrikeControl?
    /// What clients sent and were told.
    let log = ClientLog()
    /// All connections of all clients.
    let http: HTTPClient
    private let state = Mutex(State())

    private struct State {
        var launched = ContinuousClock.now
        var listedBefore: Int64?
        var known: Set<Finding> = []
        var findings: [Finding] = []
        /// How many bytes of each file of the gateway's output are known.
        var readOfLogs: [String: Int] = [:]
    }

    /// A world whose gateway is not started yet.
    init(_ plan: WorldPlan, executable: URL) throws {
        self.plan = plan
        var configuration = GatewayConfiguration()
        // Shoppers' tokens outlast the clocks that some checks put forward.
        configuration.maximumTokenLifetime = "366d"
        configuration.providers = [GatewayConfiguration.mock(more: ", webhooks: \(plan.webhooks)" + plan.mockSettings)]
        gateway = try GatewayProcess(configuration, executable: executable, port: SocketConnection.freeServerPort())
        if plan.strikes {
            let strikes = try StrikeControl(page: gateway.folder.path("strikes.page"))
            strikes.keepUndoLog(plan.keepsUndoLog)
            let variables = try strikes.environment()
            try gateway.reconfigure { $0.variables = variables }
            self.strikes = strikes
        } else {
            strikes = nil
        }
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(60)))
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 64
        // A client has to learn at once that the gateway is gone, and to decide itself when it tries again.
        settings.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
    }

    /// The database's file.
    var databasePath: String { gateway.folder.path("var/gateway.db") }
    /// The mock's own book.
    var journalPath: String { gateway.folder.path("var/mock-journal.jsonl") }
    /// When the process was started last.
    var launched: ContinuousClock.Instant { state.withLock { $0.launched } }
    /// Until when the provider's list of events had been read before that.
    var listedBefore: Int64? { state.withLock { $0.listedBefore } }
    /// All that was found here.
    var findings: [Finding] { state.withLock { $0.findings } }

    /// Starts the gateway, and waits until it is ready.
    func start() async throws {
        // Before the first start there is no database to read it from.
        let listed = try? BookCheck.eventsListed(databasePath: databasePath)
        state.withLock { state in
            state.launched = .now
            state.listedBefore = listed
        }
        try await gateway.start()
    }

    /// Ends the gateway and the clients' connections.
    func end(keepsFolder: Bool) async {
        strikes?.disarm()
        await gateway.cleanUp(keepsFolder: keepsFolder)
        // Connections that are in use are closed too; there is nobody left who could be told of an error.
        try? await http.shutdown()
    }

    /// What the gateway has written since this was asked last, its standard output and its standard error.
    func newLogs() -> [String] {
        ["gateway.out", "gateway.err"].map { file in
            let text = gateway.folder.read(file)
            return state.withLock { state in
                let read = state.readOfLogs.updateValue(text.utf8.count, forKey: file) ?? 0
                return String(decoding: text.utf8.dropFirst(read), as: UTF8.self)
            }
        }
    }

    /// Notes those of the findings that are new in this world.
    ///
    /// - Parameter place: where the world stands, added to each.
    /// - Returns: the new ones.
    func note(_ all: [Finding], at place: String) -> [Finding] {
        state.withLock { state in
            let new = all.filter { state.known.insert($0).inserted }.map {
                Finding(rule: $0.rule, detail: "\($0.detail) [\(place); folder \(gateway.folder.url.path)]")
            }
            state.findings += new
            return new
        }
    }
}
