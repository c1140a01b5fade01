import AsyncHTTPClient
import Foundation
import GatewayHarness
import NIOCore
import NIOHTTP1
import TortureBooks

/// A client with a token, whose every word is noted.
struct Shopper: Sendable {
    /// Where it shops.
    let world: World
    /// The `sub` of its token.
    let subject: String
    private let token: String?

    /// The next shopper of a world, whom nobody else there knows.
    init(in world: World, isAdmin: Bool = false) {
        self.world = world
        subject = world.log.newName(isAdmin ? "admin" : "user")
        // Clocks are put forward in some checks: the token has to outlast that.
        token = Token.valid(subject: subject, isAdmin: isAdmin, for: 365 * 24 * 3600)
    }

    /// Somebody without a token: the payer's browser, or the provider.
    static func anonymous(in world: World) -> Shopper { Shopper(world: world, subject: "", token: nil) }

    private init(world: World, subject: String, token: String?) {
        self.world = world
        self.subject = subject
        self.token = token
    }

    /// Sends a call once.
    ///
    /// - Throws: ``NoAnswer`` where no whole answer comes.
    func send(_ call: Call) async throws -> HTTPAnswer {
        let requestID = world.log.newName("r")
        let path = "/api/v1" + call.path
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(world.gateway.port)\(path)")
        request.method = HTTPMethod(rawValue: call.method)
        request.headers.add(name: "X-Request-Id", value: requestID)
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let key = call.key { request.headers.add(name: "Idempotency-Key", value: key) }
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        if let body = call.body {
            request.headers.add(name: "Content-Type", value: call.contentType)
            request.body = .bytes(ByteBuffer(string: body))
        }
        world.log.sending(requestID)
        let answer = try await exchange(request)
        world.log.note(
            Told(
                requestID: requestID, method: call.method, path: path, key: call.key, status: answer.status, body: answer.text,
                isReplay: answer.header("idempotency-replayed") == "true"
            )
        )
        return answer
    }

    private func exchange(_ request: HTTPClientRequest) async throws -> HTTPAnswer {
        let deadline = NIODeadline.now() + .seconds(300)
        let response: HTTPClientResponse
        do {
            response = try await world.http.execute(request, deadline: deadline)
        } catch {
            throw NoAnswer.reset("\(error)")
        }
        let status = Int(response.status.code)
        do {
            let body = try await response.body.collect(upTo: 4 << 20)
            let headers = response.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            return HTTPAnswer(status: status, headers: headers, body: Array(body.readableBytesView))
        } catch {
            throw NoAnswer.torn(status: status, "\(error)")
        }
    }
}
