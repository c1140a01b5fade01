import GatewayCore
import GatewayLifecycle
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

/// One caller at one route under one policy, and what comes of it.
///
/// The database has an order and a payment of the user `owner`, at a provider that is not loaded: a caller who is let through gets an
/// answer of the payment itself, which is none of 401, 403 and 404. The table has ``count`` cases.
struct AuthorizationCase: Sendable, CustomTestStringConvertible {
    /// Who calls.
    enum Caller: String, Sendable, CaseIterable {
        case nobody, owner, stranger, admin
        case ownerWithScope = "owner with the scope"
        case ownerWithOtherScopes = "owner with other scopes"
        case strangerWithScope = "stranger with the scope"
        case adminWithoutScope = "admin with other scopes"

        /// The claims of the token; nil for none.
        func claims(for action: Scope?) -> [String: any Sendable]? {
            let others = Scope.allCases.filter { $0 != action }.map(\.rawValue).joined(separator: " ")
            return switch self {
            case .nobody: nil
            case .owner: ["sub": "owner"]
            case .stranger: ["sub": "stranger"]
            case .admin: ["sub": "root", "role": "admin"]
            case .ownerWithScope: ["sub": "owner", "scope": "openid \(action?.rawValue ?? "")"]
            case .ownerWithOtherScopes: ["sub": "owner", "scope": others]
            case .strangerWithScope: ["sub": "stranger", "scope": action?.rawValue ?? ""]
            case .adminWithoutScope: ["sub": "root", "role": "admin", "scope": others]
            }
        }

        var isAdmin: Bool { self == .admin || self == .adminWithoutScope }
        var isOwner: Bool { [.owner, .ownerWithScope, .ownerWithOtherScopes].contains(self) }
        var hasScope: Bool { self == .ownerWithScope || self == .strangerWithScope }
    }

    /// What comes of it.
    enum Outcome: Sendable {
        /// 401: the caller is not known.
        case unauthenticated
        /// 403: the token does not allow it.
        case forbidden
        /// 404: it does not exist for this caller.
        case hidden
        /// Anything else.
        case allowed
    }

    /// A route, and whose it is.
    struct Route: Sendable {
        /// For whom the route is.
        enum Kind: Sendable {
            /// What is asked for or changed belongs to someone.
            case owned
            /// The answer holds the caller's own.
            case own
            case admins
            case action(Scope)
        }

        let method: HTTPTypes.HTTPRequest.Method
        let path: String
        let kind: Kind
        var body: String?
    }

    let route: Route
    let caller: Caller
    let policy: AuthorizationPolicy
    let outcome: Outcome

    var testDescription: String {
        "\(route.method) \(route.path) as \(caller.rawValue), refund \(policy.refund), cancel \(policy.cancel), capture \(policy.capture)"
    }

    private static let ownerless: [Route] = [
        Route(method: .post, path: "/orders", kind: .own, body: #"{"amount":1,"currency":"USD"}"#),
        Route(method: .get, path: "/orders", kind: .own), Route(method: .get, path: "/payments/transactions", kind: .own),
        Route(method: .post, path: "/orders", kind: .admins, body: #"{"amount":1,"currency":"USD","user_id":"somebody"}"#),
        Route(method: .get, path: "/providers", kind: .admins), Route(method: .post, path: "/providers/reload", kind: .admins),
        Route(method: .get, path: "/orders/1", kind: .owned), Route(method: .get, path: "/payments/transactions/1", kind: .owned),
        Route(method: .get, path: "/payments/transactions/1/events", kind: .owned),
        Route(method: .get, path: "/payments/pi_1", kind: .owned),
        Route(method: .get, path: "/payments/pi_1?provider=acme", kind: .owned),
        Route(method: .get, path: "/payments/pi_1/refunds", kind: .owned),
        Route(
            method: .post, path: "/payments/create-payment-intent", kind: .owned,
            body: #"{"order_id":1,"amount":5,"currency":"USD"}"#),
        Route(method: .post, path: "/payments/pi_1/confirm", kind: .owned, body: #"{"payment_method":"pm_card_visa"}"#),
    ]

    private static let actions: [Route] = [
        Route(method: .post, path: "/payments/pi_1/refund", kind: .action(.refund)),
        Route(method: .post, path: "/payments/pi_1/cancel", kind: .action(.cancel)),
        Route(method: .post, path: "/payments/pi_1/capture", kind: .action(.capture)),
    ]

    /// All cases: every route with every caller, and every action with every rule and every caller.
    static let all: [AuthorizationCase] = {
        var cases = (ownerless + actions).flatMap { route in
            Caller.allCases.map { AuthorizationCase(route, $0, AuthorizationPolicy()) }
        }
        for rule in AuthorizationPolicy.Rule.allCases {
            let policy = AuthorizationPolicy(refund: rule, cancel: rule, capture: rule)
            cases += actions.flatMap { route in Caller.allCases.map { AuthorizationCase(route, $0, policy) } }
        }
        return cases
    }()

    /// How many there are: 17 routes, and 3 actions under 3 rules, with 8 callers each.
    static let count = (17 + 3 * 3) * 8

    private init(_ route: Route, _ caller: Caller, _ policy: AuthorizationPolicy) {
        self.route = route
        self.caller = caller
        self.policy = policy
        outcome = Self.outcome(route, caller, policy)
    }

    private static func outcome(_ route: Route, _ caller: Caller, _ policy: AuthorizationPolicy) -> Outcome {
        if caller == .nobody { return .unauthenticated }
        if caller.isAdmin { return .allowed }
        switch route.kind {
        case .own: return .allowed
        case .admins: return .forbidden
        case .owned: return caller.isOwner ? .allowed : .hidden
        case .action(let action):
            let rule =
                switch action {
                case .refund: policy.refund
                case .cancel: policy.cancel
                case .capture: policy.capture
                }
            switch rule {
            case .admin: return .forbidden
            case .scope where !caller.hasScope: return .forbidden
            case .scope, .owner: return caller.isOwner ? .allowed : .hidden
            }
        }
    }
}

@Suite("The corpus of authorization")
struct AuthorizationCorpusTests {
    @Test("has as many cases as it says, with every route of the API")
    func size() async throws {
        #expect(AuthorizationCase.all.count == AuthorizationCase.count)
        #expect(AuthorizationCase.count >= 58)
        let covered = Set(AuthorizationCase.all.map { "\($0.route.method) \(Self.pattern($0.route.path))" })
        try await TestAPI.run { api in
            let table = try await api.tokenRoutes()
            // Commands need a provider that offers some: ProviderCommandRouteTests has their callers.
            let elsewhere: Set = ["GET /providers/:provider/commands", "POST /providers/:provider/commands/:command"]
            #expect(table.subtracting(covered) == elsewhere, "routes without a case")
            #expect(covered.subtracting(table).sorted() == [], "cases without a route")
        }
    }

    private static func pattern(_ path: String) -> String {
        String(path.prefix { $0 != "?" }).replacing("pi_1", with: ":intent").replacing(/\/1\b/, with: "/:id")
    }

    @Test("is handled right", .timeLimit(.minutes(10)), arguments: AuthorizationCase.all)
    func handled(_ entry: AuthorizationCase) async throws {
        try await TestAPI.run(authorization: entry.policy) { api in
            try await api.insertPayment(of: "owner", intent: "pi_1", at: "acme")
            var action: Scope?
            if case .action(let scope) = entry.route.kind { action = scope }
            let caller = entry.caller.claims(for: action).map { TestAPI.Caller.token($0) } ?? .nobody
            let path = "/api/v1" + entry.route.path
            let answer = try await api.send(entry.route.method, path, as: caller, body: entry.route.body)
            let text = String(buffer: answer.body)
            switch entry.outcome {
            case .unauthenticated: #expect(answer.status == .unauthorized && answer.problemCode == "unauthenticated", "\(text)")
            case .forbidden:
                #expect(answer.status == .forbidden && answer.problemCode == "forbidden", "\(text)")
                let isScopeMissing = action.map { entry.isDecidedByScope($0) } ?? false
                let wanted = isScopeMissing ? "Bearer error=\"insufficient_scope\", scope=\"\(action?.rawValue ?? "")\"" : nil
                #expect(answer.headers[.wwwAuthenticate] == wanted)
            case .hidden: #expect(answer.status == .notFound && answer.problemCode == "not_found", "\(text)")
            case .allowed: #expect(![.unauthorized, .forbidden, .notFound].contains(answer.status), "\(answer.status) \(text)")
            }
        }
    }
}

extension AuthorizationCase {
    /// Whether the policy asks for a scope.
    func isDecidedByScope(_ action: Scope) -> Bool {
        switch action {
        case .refund: policy.refund == .scope
        case .cancel: policy.cancel == .scope
        case .capture: policy.capture == .scope
        }
    }
}

extension TestAPI {
    /// The routes that need a token, as `METHOD /path` under `/api/v1`.
    func tokenRoutes() async throws -> Set<String> {
        var found: Set<String> = []
        for route in routes where route.path.hasPrefix("/api/v1/") && route.method != .head {
            let probe = route.path.replacing("**", with: "x").replacing(/[:{]\w+}?/, with: "1")
            guard try await send(route.method, probe, as: .nobody).status == .unauthorized else { continue }
            let path = route.path.dropFirst("/api/v1".count).replacing(/\{(\w+)\}/) { ":\($0.1)" }
            found.insert("\(route.method) \(path)")
        }
        return found
    }

    /// Writes an order over 5.00 USD and its payment, which waits for a payment method.
    func insertPayment(of owner: Subject, intent: String, at provider: String) async throws {
        let (now, amount) = (forge.now, try money(500))
        try await store.write { writer in
            let order = try writer.insertOrder(NewOrder(userID: owner, amount: amount), at: now)
            var transaction = PaymentTransaction(
                id: 0, orderID: order.id, userID: owner, provider: provider, amount: amount, captureMethod: .automatic,
                status: .requiresPaymentMethod, metadata: [:], createdAt: now, updatedAt: now)
            transaction.paymentIntentID = intent
            _ = try writer.insertTransaction(transaction)
        }
    }
}
