import GatewayCore
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

/// A route of the contract, with its path's parameters filled in.
private struct Route: Sendable, CustomTestStringConvertible {
    var method: HTTPRequest.Method
    var path: String
    var isForAdmins = false

    var testDescription: String { "\(method) \(path)" }

    static let all: [Route] = [
        Route(method: .post, path: "/orders"), Route(method: .get, path: "/orders"), Route(method: .get, path: "/orders/1"),
        Route(method: .post, path: "/payments/create-payment-intent"), Route(method: .get, path: "/payments/transactions"),
        Route(method: .get, path: "/payments/transactions/1"), Route(method: .get, path: "/payments/transactions/1/events"),
        Route(method: .get, path: "/payments/pi_1"), Route(method: .post, path: "/payments/pi_1/confirm"),
        Route(method: .post, path: "/payments/pi_1/capture", isForAdmins: true),
        Route(method: .post, path: "/payments/pi_1/cancel"),
        Route(method: .post, path: "/payments/pi_1/refund"), Route(method: .get, path: "/payments/pi_1/refunds"),
        Route(method: .get, path: "/providers", isForAdmins: true),
        Route(method: .post, path: "/providers/reload", isForAdmins: true),
        Route(method: .get, path: "/providers/mock/commands", isForAdmins: true),
        Route(method: .post, path: "/providers/mock/commands/ledger", isForAdmins: true),
    ]
}

@Suite("A route of the API")
struct RouteTableTests {
    @Test("wants a token", arguments: Route.all)
    fileprivate func unauthenticated(route: Route) async throws {
        try await TestAPI.run { api in
            for headers: HTTPFields in [[:], [.authorization: "Bearer nonsense"], [.authorization: "Basic dXNlcjpwYXNz"]] {
                let answer = try await api.send(route.method, "/api/v1" + route.path, as: .nobody, headers: headers)
                #expect(answer.status == .unauthorized)
                #expect(answer.problemCode == "unauthenticated")
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            }
        }
    }

    @Test("lets users do what is not for admins", arguments: Route.all)
    fileprivate func forbidden(route: Route) async throws {
        try await TestAPI.run { api in
            let user = try await api.send(route.method, "/api/v1" + route.path)
            #expect((user.problemCode == "forbidden") == route.isForAdmins)
            #expect((user.status == .forbidden) == route.isForAdmins)
            let admin = try await api.send(route.method, "/api/v1" + route.path, as: .admin)
            #expect(admin.status != .forbidden && admin.status != .unauthorized && admin.status.code < 500)
        }
    }

    @Test(
        "answers 405 to methods that its path does not have, with those it has",
        arguments: [
            ("/orders", "GET, HEAD, POST"), ("/orders/1", "GET, HEAD"), ("/payments/create-payment-intent", "POST"),
            ("/payments/transactions", "GET, HEAD"),
            ("/payments/transactions/1", "GET, HEAD"), ("/payments/transactions/1/events", "GET, HEAD"),
            ("/payments/pi_1", "GET, HEAD"),
            ("/payments/pi_1/confirm", "POST"), ("/payments/pi_1/capture", "POST"), ("/payments/pi_1/cancel", "POST"),
            ("/payments/pi_1/refund", "POST"), ("/payments/pi_1/refunds", "GET, HEAD"), ("/payments/webhooks/mock", "POST"),
            ("/providers", "GET, HEAD"),
            ("/providers/reload", "POST"), ("/providers/mock/commands", "GET, HEAD"), ("/providers/mock/commands/ledger", "POST"),
            ("/providers/mock/pages/3ds", "DELETE, GET, HEAD, PATCH, POST, PUT"),
        ]
    )
    func methods(path: String, allowed: String) async throws {
        try await TestAPI.run { api in
            let methods: [HTTPRequest.Method] = [
                .get, .head, .post, .put, .patch, .delete, .options, try #require(.init("QUERY")),
            ]
            for method in methods where !allowed.split(separator: ", ").contains(where: { $0 == method.rawValue }) {
                let answer = try await api.send(method, "/api/v1" + path, as: .nobody)
                #expect(answer.status == .methodNotAllowed, "\(method)")
                #expect(answer.headers[.allow] == allowed, "\(method)")
                if method != .head { #expect(answer.problemCode == "method_not_allowed") }
            }
        }
    }

    @Test("is answered so that nobody keeps it, whatever comes of it")
    func noStore() async throws {
        try await TestAPI.run { api in
            for (method, path, caller) in [
                (HTTPRequest.Method.get, "/api/v1/orders", TestAPI.Caller.user("42")), (.get, "/api/v1/orders", .nobody),
                (.post, "/api/v1/orders", .user("42")), (.get, "/api/v1/nothing", .user("42")),
                (.delete, "/api/v1/orders", .nobody),
                (.get, "/api/v1/payments/pi_1", .user("42")), (.post, "/api/v1/payments/webhooks/none", .nobody),
            ] {
                let answer = try await api.send(method, path, as: caller)
                #expect(answer.headers[.cacheControl] == "no-store", "\(method) \(path) \(answer.status)")
            }
            // The router passes over empty segments of a path.
            for path in ["//api/v1/orders", "/api//v1/orders"] {
                #expect(try await api.send(.get, path).headers[.cacheControl] == "no-store", "\(path)")
            }
            #expect(try await api.send(.get, "/healthz", as: .nobody).headers[.cacheControl] == nil)
        }
    }

    @Test(
        "is the only thing there is",
        arguments: ["/", "/api/v1", "/api/v1/order", "/api/v2/orders", "/api/v1/payments/pi_1/void", "/v1/orders"])
    func unknownPaths(path: String) async throws {
        try await TestAPI.run { api in
            for method in [HTTPRequest.Method.get, .post] {
                let answer = try await api.send(method, path)
                #expect(answer.status == .notFound)
                #expect(answer.problemCode == "not_found")
            }
        }
    }

    @Test(
        "has ids that are whole numbers from 1, in one spelling; what cannot be an id does not exist",
        arguments: ["0", "-1", "01", "1.0", "1e0", "one", "9223372036854775808", "+1", "%31x", "1%20"]
    )
    func ids(id: String) async throws {
        try await TestAPI.run { api in
            for path in ["/orders/\(id)", "/payments/transactions/\(id)", "/payments/transactions/\(id)/events"] {
                let answer = try await api.send(.get, "/api/v1" + path)
                #expect(answer.problemCode == "not_found", "\(path)")
            }
        }
    }

    @Test(
        "refuses parameters that it does not have", arguments: Route.all.filter { !$0.isForAdmins || $0.path.contains("capture") }
    )
    fileprivate func unknownParameters(route: Route) async throws {
        try await TestAPI.run { api in
            let answer = try await api.send(route.method, "/api/v1\(route.path)?amout=5", as: .admin)
            #expect(answer.status == .unprocessableContent)
            #expect(answer.problemCode == "invalid_request")
            #expect(String(buffer: answer.body).contains("amout"))
        }
    }

    @Test(
        "of an operator's needs no token", arguments: [("/healthz", "ok\n"), ("/readyz", "ready\n"), ("/metrics", "metrics\n")])
    func operations(path: String, text: String) async throws {
        try await TestAPI.run { api in
            let answer = try await api.send(.get, path, as: .nobody)
            #expect(answer.status == .ok)
            #expect(String(buffer: answer.body) == text)
            #expect(try await api.send(.post, path, as: .nobody).headers[.allow] == "GET, HEAD")
        }
    }
}
