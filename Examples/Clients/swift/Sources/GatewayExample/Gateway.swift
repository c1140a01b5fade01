import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// One user's view of the gateway.
struct Gateway {
    private let client: HTTPClient
    private let url: String
    private let token: String

    init(client: HTTPClient, url: String, token: String) {
        self.client = client
        self.url = url + "/api/v1"
        self.token = token
    }

    /// An answer, and the response that it came in.
    struct Answer<Value> {
        let value: Value
        let bytes: ByteBuffer
        let isReplay: Bool
    }

    func get<Value: Decodable>(_ path: String) async throws -> Value {
        try await final(request(.GET, path)).value
    }

    func post<Value: Decodable>(_ path: String, _ body: some Encodable, timeout: TimeAmount = .seconds(30)) async throws -> Value
    {
        try await post(path, body, key: UUID().uuidString, timeout: timeout).value
    }

    /// Posts, and repeats until the answer is final.
    ///
    /// - Parameters:
    ///   - key: the Idempotency-Key: with the same one the gateway does it once, however often it is asked. Keep it with what you want
    ///     done, before you ask: then it survives a crash of your program too.
    ///   - timeout: a provider has 20 seconds; whoever waits longer gets its answer instead of asking again.
    func post<Value: Decodable>(
        _ path: String, _ body: some Encodable, key: String, timeout: TimeAmount = .seconds(30)
    ) async throws -> Answer<Value> {
        var request = request(.POST, path)
        request.headers.add(name: "Idempotency-Key", value: key)
        request.headers.add(name: "Content-Type", value: "application/json")
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        request.body = .bytes(ByteBuffer(bytes: try encoder.encode(body)))
        return try await final(request, timeout: timeout)
    }

    private func request(_ method: HTTPMethod, _ path: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        request.headers.add(name: "Authorization", value: "Bearer \(token)")
        return request
    }

    private func final<Value: Decodable>(
        _ request: HTTPClientRequest, timeout: TimeAmount = .seconds(30)
    ) async throws -> Answer<Value> {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        for _ in 0..<30 {
            guard let (response, bytes) = await answer(to: request, within: timeout),
                response.headers.first(name: "Content-Type")?.contains("json") == true
            else {
                // Silence, or a proxy's page: nobody knows whether it was done. The key makes it safe to ask again.
                print("  no answer, asking again with the same key")
                try await Task.sleep(for: .seconds(1))
                continue
            }
            let problem =
                response.status.code >= 400 ? try decoder.decode(Problem.self, from: Data(bytes.readableBytesView)) : nil
            switch (response.status.code, problem?.code) {
            case (202, _), (429, _), (503, _), (409, "idempotency_in_flight"):
                // 202: the provider's outcome is not known yet. 409: the first request is still at work. 429, 503: not now.
                print("  \(response.status.code) \(problem?.code ?? "accepted"), asking again")
                try await Task.sleep(for: .seconds(response.headers.first(name: "Retry-After").flatMap(Int.init) ?? 1))
            default:
                if let problem { throw problem }
                let value = try decoder.decode(Value.self, from: Data(bytes.readableBytesView))
                return Answer(
                    value: value, bytes: bytes, isReplay: response.headers.first(name: "Idempotency-Replayed") == "true")
            }
        }
        throw Unexpected("no final answer: \(request.url)")
    }

    private func answer(
        to request: HTTPClientRequest, within timeout: TimeAmount
    ) async -> (HTTPClientResponse, ByteBuffer)? {
        do {
            let response = try await client.execute(request, timeout: timeout)
            return (response, try await response.body.collect(upTo: 1 << 20))
        } catch {
            return nil
        }
    }
}

/// What the example did not expect.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) {
        description = "not as expected: \(what)"
    }
}
