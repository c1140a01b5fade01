import Foundation
import GatewayCore
import GatewayHarness
import GatewayLifecycle
import GatewayStorage
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ProviderAPI
import ProviderTestKit

@testable import GatewayHTTP

/// The whole API over a new database, in process.
struct TestAPI: Sendable {
    let client: any TestClientProtocol
    /// The router's endpoints; those that refuse a method are among them.
    let routes: [(method: HTTPTypes.HTTPRequest.Method, path: String)]
    /// What the API keeps.
    let store: SQLiteStore
    /// The folder of its database.
    let folder: String
    /// What its requests' bodies are counted in.
    let memory: BodyMemory
    let forge: TokenForge

    /// Runs `body` against an API, and removes its database afterwards.
    ///
    /// - Parameters:
    ///   - areCommandsOffered: as with `environment: development`.
    ///   - rules: what it asks of tokens.
    ///   - authorization: who may refund, cancel and capture.
    ///   - rateLimit: how many requests a user may send; nil for any number.
    ///   - requiresIdempotencyKey: whether a request that changes a payment needs a key.
    static func run<Value: Sendable>(
        providers: [Provider] = [], memory: BodyMemory = BodyMemory(), areCommandsOffered: Bool = true,
        rules: TokenRules = TokenRules(), authorization: AuthorizationPolicy = AuthorizationPolicy(),
        rateLimit: SubjectRateLimit? = nil, requiresIdempotencyKey: Bool = false,
        _ body: @escaping @Sendable (TestAPI) async throws -> Value
    ) async throws -> Value {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-http-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore.open(path: folder + "/gateway.db", installation: { "test" })
        let forge = TokenForge()
        // The deadlines of calls do not come: on a slow machine a call would seem late.
        let supervisor = FlowSupervisor(clock: HeldClock())
        let router = try await router(
            store: store, registry: FixedRegistry(providers: providers), forge: forge, supervisor: supervisor, memory: memory,
            areCommandsOffered: areCommandsOffered, rules: rules, authorization: authorization, rateLimit: rateLimit,
            requiresIdempotencyKey: requiresIdempotencyKey)
        let routes = router.routes.map { ($0.method, "\($0.path)") }
        let application = Application(router: router)
        do {
            let value = try await withThrowingTaskGroup { group in
                // Payment flows run in the supervisor: without it every POST would wait for ever.
                group.addTask { try await supervisor.run() }
                defer { group.cancelAll() }
                return try await application.test(.router) {
                    try await body(
                        TestAPI(client: $0, routes: routes, store: store, folder: folder, memory: memory, forge: forge))
                }
            }
            await store.close()
            return value
        } catch {
            await store.close()
            throw error
        }
    }

    private static func router(
        store: SQLiteStore, registry: FixedRegistry, forge: TokenForge, supervisor: FlowSupervisor, memory: BodyMemory,
        areCommandsOffered: Bool, rules: TokenRules, authorization: AuthorizationPolicy, rateLimit: SubjectRateLimit?,
        requiresIdempotencyKey: Bool
    ) async throws -> Router<GatewayContext> {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock = ManualClock(forge.now)
        let encoder = AnswerBytes(registry: registry)
        let inbox = WebhookInbox(
            store: store, registry: registry, supervisor: supervisor, outages: ProviderOutages(), lifecycle: Lifecycle(),
            clock: clock, logger: logger)
        let table = RouteTable(
            orders: OrderBook(store: store, encoder: encoder, clock: clock),
            flow: PaymentFlow(
                store: store, registry: registry, supervisor: supervisor, encoder: encoder, authorization: authorization,
                lifecycle: Lifecycle(), clock: clock, logger: logger
            ),
            queries: PaymentQueries(
                store: store, registry: registry, supervisor: supervisor, lifecycle: Lifecycle(), clock: clock, logger: logger),
            webhooks: WebhookFlow(store: store, registry: registry, inbox: inbox, clock: clock, logger: logger),
            registry: registry,
            commands: ProviderCommandRoutes(
                desk: ProviderDesk(registry: registry, supervisor: supervisor), areOffered: areCommandsOffered),
            encoder: encoder, clock: clock,
            verifier: try await TokenVerifier.hmac(secret: forge.secret, rules: rules, clock: clock),
            memory: memory, authorization: authorization, rateLimit: rateLimit,
            requiresIdempotencyKey: requiresIdempotencyKey, reload: { _ in }
        )
        return GatewayRouter.make(
            api: table, operations: OperationsRoutes(isReady: { true }, metrics: { "metrics\n" }),
            documentation: DocumentationRoutes(webRoot: nil), logger: logger
        )
    }

    /// Whether a text is in any file of the database.
    func isStored(_ text: String) throws -> Bool {
        let bytes = Data(text.utf8)
        return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
            FileManager.default.contents(atPath: folder + "/" + name)?.range(of: bytes) != nil
        }
    }

    /// Sends a request, as a user, as an admin, or as nobody.
    func send(
        _ method: HTTPTypes.HTTPRequest.Method, _ path: String, as caller: Caller = .user("42"), headers: HTTPFields = [:],
        body: String? = nil
    ) async throws -> TestResponse {
        try await send(method, path, as: caller, headers: headers, bytes: body.map { Array($0.utf8) })
    }

    /// Sends a request whose body may be no text.
    func send(
        _ method: HTTPTypes.HTTPRequest.Method, _ path: String, as caller: Caller = .user("42"), headers: HTTPFields = [:],
        bytes: [UInt8]?
    ) async throws -> TestResponse {
        var headers = headers
        switch caller {
        case .nobody: break
        case .user(let subject): headers[.authorization] = "Bearer \(try forge.token(claims: forge.claims(["sub": subject])))"
        case .admin: headers[.authorization] = "Bearer \(try forge.token(claims: forge.claims(["sub": "root", "role": "admin"])))"
        case .token(let claims): headers[.authorization] = "Bearer \(try forge.token(claims: forge.claims(claims)))"
        }
        if bytes != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await client.execute(uri: path, method: method, headers: headers, body: bytes.map { ByteBuffer(bytes: $0) })
    }

    /// Sends a request with this header `Authorization`.
    func send(
        _ method: HTTPTypes.HTTPRequest.Method, _ path: String, authorization: String?, body: String? = nil
    ) async throws -> TestResponse {
        try await send(method, path, as: .nobody, headers: authorization.map { [.authorization: $0] } ?? [:], body: body)
    }

    /// Who sends a request.
    enum Caller: Sendable {
        case nobody
        case user(String)
        case admin
        /// The bearer of a token with these claims.
        case token([String: any Sendable])
    }
}

extension TestResponse {
    /// The code of a problem document with everything such a document has; nil where the answer is none.
    var problemCode: String? {
        guard headers[.contentType] == "application/problem+json", let members = try? object(Array(body.readableBytesView)),
            members["status"] == .number("\(status.code)"), members["request_id"] == .string(headers[.requestID] ?? ""),
            case .string(let code) = members["code"]
        else { return nil }
        return code
    }
}
