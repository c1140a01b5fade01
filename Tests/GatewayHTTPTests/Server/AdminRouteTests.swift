import Foundation
import GatewayCore
import GatewayLifecycle
import GatewayStorage
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayHTTP

@Suite("The routes of the admin socket", .timeLimit(.minutes(10)))
struct AdminRouteTests {
    private func withRoutes(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-admin-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let store = try SQLiteStore.open(path: folder + "/gateway.db", installation: { "test" })
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (registry, supervisor, outages, clock) = (FixedRegistry(), FlowSupervisor(), ProviderOutages(), ManualClock())
        let encoder = AnswerBytes(registry: registry)
        let inbox = WebhookInbox(
            store: store, registry: registry, supervisor: supervisor, outages: outages, lifecycle: Lifecycle(), clock: clock,
            logger: logger)
        let routes = AdminRoutes(
            recovery: OperationRecovery(
                store: store, registry: registry, supervisor: supervisor, encoder: encoder, inbox: inbox, outages: outages,
                lifecycle: Lifecycle(), clock: clock, logger: logger),
            desk: OperationDesk(
                store: store, registry: registry, supervisor: supervisor, encoder: encoder, lifecycle: Lifecycle(), clock: clock,
                logger: logger),
            webhooks: WebhookReplay(store: store, inbox: inbox, clock: clock, logger: logger),
            providers: ProviderDesk(registry: registry, supervisor: supervisor),
            erasure: UserErasure(store: store, clock: clock, logger: logger),
            audit: PaymentAudit(
                store: store, registry: registry, supervisor: supervisor, lifecycle: Lifecycle(), clock: clock, logger: logger),
            reload: { isForced in
                if !isForced { throw GatewayError(.invalidRequest, "providers.yaml drops acme.") }
            }
        )
        do {
            try await Application(router: routes.router(logger: logger)).test(.router) { try await body($0) }
            await store.close()
        } catch {
            await store.close()
            throw error
        }
    }

    private func post(_ path: String, _ body: String, to client: any TestClientProtocol) async throws -> TestResponse {
        try await client.execute(
            uri: path, method: .post, headers: [.contentType: "application/json"], body: ByteBuffer(string: body))
    }

    @Test("A pass over nothing is an empty report, with an empty body or an empty object", arguments: ["", "{}"])
    func reconcile(body: String) async throws {
        try await withRoutes { client in
            let answer = try await post("/reconcile", body, to: client)
            #expect(answer.status == .ok)
            let report = try JSONDecoder().decode(ReconcileReport.self, from: Data(answer.body.readableBytesView))
            #expect(report.lines.isEmpty && report.webhooks == 0 && report.leased == 0)
        }
    }

    @Test(
        "What is wrong with a body is told by field",
        arguments: [
            ("/reconcile", #"{"fast":true}"#, "fast"),
            ("/operations/1/resolve", #"{"note":"n","operator":"ann"}"#, "as"),
            ("/operations/1/resolve", #"{"as":"maybe","note":"n","operator":"ann"}"#, "as"),
            ("/operations/1/resolve", #"{"as":"failed","operator":"ann"}"#, "note"),
            ("/operations/1/resolve", #"{"as":"failed","note":"n"}"#, "operator"),
            ("/webhooks/replay", #"{"since":"yesterday"}"#, "since"),
            ("/webhooks/replay", #"{"state":"done"}"#, "state"), ("/providers/commands", "{}", "provider"),
            ("/providers/call", #"{"provider":"mock"}"#, "command"),
            ("/providers/call", #"{"provider":"mock","command":"x","arguments":"all"}"#, "arguments"),
            ("/providers/call", #"{"provider":"mock","command":"x","arguments":["a",1]}"#, "arguments[1]"),
            ("/erase", #"{"operator":"ann"}"#, "user"), ("/erase", #"{"user":"7"}"#, "operator"),
            ("/erase", #"{"user":"erased-1","operator":"ann"}"#, "user"), ("/providers/reload", #"{"force":"yes"}"#, "force"),
        ])
    func fields(path: String, body: String, field: String) async throws {
        try await withRoutes { client in
            let answer = try await post(path, body, to: client)
            #expect(answer.problemCode == "invalid_request" && answer.status == .unprocessableContent)
            #expect(String(buffer: answer.body).contains(#""field":"\#(field)""#), "\(String(buffer: answer.body))")
        }
    }

    @Test(
        "An audit of empty books is at its end at once",
        arguments: ["", "{}", #"{"after":3,"through":3,"rate":5,"since":"2026-01-31T00:00:00Z"}"#])
    func audit(body: String) async throws {
        try await withRoutes { client in
            let answer = try await post("/audit", body, to: client)
            #expect(answer.status == .ok)
            let report = try JSONDecoder().decode(AuditReport.self, from: Data(answer.body.readableBytesView))
            #expect(report.isAtEnd && report.isComplete && report.compared == 0 && report.differences.isEmpty)
        }
    }

    @Test(
        "What cannot be done is a problem document",
        arguments: [
            ("/operations/9/resolve", #"{"as":"failed","note":"n","operator":"ann"}"#, "not_found"),
            ("/operations/x/resolve", #"{"as":"failed","note":"n","operator":"ann"}"#, "not_found"),
            ("/operations/1/resolve", #"{"as":"failed","note":"4242 4242 4242 4242","operator":"ann"}"#, "card_number_refused"),
            ("/webhooks/replay", "{}", "invalid_request"), ("/webhooks/replay", "{", "invalid_request"),
            ("/erase", #"{"user":"nobody","operator":"ann"}"#, "not_found"), ("/api/v1/orders", "{}", "not_found"),
            ("/providers/commands", #"{"provider":"nobody"}"#, "not_found"),
            ("/audit", #"{"provider":"nobody"}"#, "not_found"), ("/audit", #"{"rate":0}"#, "invalid_request"),
            ("/audit", #"{"after":-1}"#, "invalid_request"), ("/audit", #"{"since":"yesterday"}"#, "invalid_request"),
        ])
    func refusals(path: String, body: String, code: String) async throws {
        try await withRoutes { client in
            let answer = try await post(path, body, to: client)
            #expect(answer.problemCode == code)
        }
    }

    @Test(
        "A reload is forced only where the command says so", arguments: ["", "{}", #"{"force":"false"}"#, #"{"force":"true"}"#])
    func reload(body: String) async throws {
        try await withRoutes { client in
            let answer = try await post("/providers/reload", body, to: client)
            #expect(answer.status == (body.contains("true") ? .ok : .unprocessableContent))
            #expect(String(buffer: answer.body).contains(body.contains("true") ? "[]" : "drops acme"))
        }
    }

    @Test("It changes nothing on GET")
    func get() async throws {
        try await withRoutes { client in
            for path in ["/reconcile", "/operations/1/resolve", "/webhooks/replay", "/erase"] {
                let answer = try await client.execute(uri: path, method: .get)
                #expect(answer.problemCode == "method_not_allowed", "\(path)")
            }
        }
    }
}
