import Foundation
import Synchronization

/// A caller of the REST API with a token.
package struct Client: Sendable {
    /// Whom it talks to.
    package let gateway: GatewayProcess
    /// The `sub` of its token.
    package let subject: String
    /// The header `Authorization`; nil for none.
    package var authorization: String?

    /// A caller of `gateway`.
    package init(gateway: GatewayProcess, subject: String, authorization: String?) {
        self.gateway = gateway
        self.subject = subject
        self.authorization = authorization
    }

    /// Sends a request under `/api/v1`.
    package func get(_ path: String, headers: [(String, String)] = []) async throws -> HTTPAnswer {
        try await send("GET", path, headers: headers)
    }

    /// Posts a JSON text under `/api/v1`.
    ///
    /// - Parameter json: nil for no body at all.
    package func post(
        _ path: String, _ json: String? = nil, key: String? = nil, headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        try await send("POST", path, body: json.map { Array($0.utf8) }, key: key, headers: headers)
    }

    /// Sends a request under `/api/v1`.
    package func send(
        _ method: String, _ path: String, body: [UInt8]? = nil, key: String? = nil, headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        var request = HTTPRequest(method: method, path: "/api/v1" + path, body: body)
        if let authorization { request.headers.append(("Authorization", authorization)) }
        let names = headers.map { $0.0.lowercased() }
        if body != nil, !names.contains("content-type") { request.headers.append(("Content-Type", "application/json")) }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        request.headers += headers.map { (name: $0.0, value: $0.1) }
        return try await request.send(toPort: gateway.port)
    }
}

extension GatewayProcess {
    /// A user that no other test knows.
    package func newUser() -> Client {
        let number = Self.lastUser.withLock { last in
            last += 1
            return last
        }
        return user("\(number)")
    }

    /// A user.
    package func user(_ subject: String) -> Client {
        Client(gateway: self, subject: subject, authorization: "Bearer \(Token.valid(subject: subject))")
    }

    /// An admin.
    package var admin: Client {
        Client(gateway: self, subject: "1", authorization: "Bearer \(Token.valid(subject: "1", isAdmin: true))")
    }

    /// Somebody without a token.
    package var anonymous: Client { Client(gateway: self, subject: "", authorization: nil) }

    private static let lastUser = Mutex(1000)
}
