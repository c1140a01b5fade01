import Foundation
import GatewayHTTP
import JWTKit
import Logging
import ProviderAPI
import Testing

@testable import GatewayHost

/// An Ed25519 key that signs tokens, and the set that shows it.
private struct Signer {
    let set: String
    let token: String

    init(_ kid: String) async throws {
        func url(_ data: Data) -> String {
            data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        let key = try EdDSA.PrivateKey()
        set = #"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"\#(kid)","x":"\#(url(key.publicKey.rawRepresentation))"}]}"#
        let keys = JWTKeyCollection()
        await keys.add(eddsa: key, kid: JWKIdentifier(string: kid))
        let expires = HostClock().now().unixSeconds + 3600
        let signed =
            url(Data(#"{"alg":"EdDSA","kid":"\#(kid)"}"#.utf8)) + "." + url(Data(#"{"sub":"42","exp":\#(expires)}"#.utf8))
        let signature = try await keys.getKey(for: JWKIdentifier(string: kid)).sign(Array(signed.utf8))
        token = signed + "." + url(Data(signature))
    }
}

@Suite("The key set of tokens", .timeLimit(.minutes(10)))
struct KeySetSourceTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` with a verifier whose keys are kept up to date.
    private func run(
        at place: String, load: @escaping @Sendable () async throws -> String,
        _ body: (_ isTaken: (Signer) async -> Bool, _ refresh: KeySetRefresh) async throws -> Void
    ) async throws {
        let tokens = try await TokenVerification.keySet(
            at: place, algorithm: nil, rules: TokenRules(), clock: HostClock(), logger: Self.logger, load: load)
        let refresh = try #require(tokens.refresh)
        try await withThrowingTaskGroup { group in
            group.addTask { try await refresh.run() }
            defer { group.cancelAll() }
            try await body({ (try? await tokens.verifier.principal(authorization: "Bearer \($0.token)")) != nil }, refresh)
        }
    }

    @Test("of a file is read again; a file that is gone or torn changes nothing")
    func file() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "jwks-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let (old, new) = (try await Signer("old"), try await Signer("new"))
        try Data(old.set.utf8).write(to: URL(filePath: path))
        let load = { @Sendable in try TokenVerification.contents(of: path) }
        try await run(at: path, load: load) { isTaken, refresh in
            #expect(await isTaken(old))
            #expect(await !isTaken(new))
            try Data(new.set.utf8).write(to: URL(filePath: path))
            await refresh.refresh()
            #expect(await isTaken(new))
            #expect(await !isTaken(old))
            try Data(new.set.utf8.prefix(20)).write(to: URL(filePath: path))
            await refresh.refresh()
            #expect(await isTaken(new))
            try FileManager.default.removeItem(atPath: path)
            await refresh.refresh()
            #expect(await isTaken(new))
        }
    }

    @Test("of a URL is fetched again; a server that fails changes nothing")
    func url() async throws {
        let (old, new) = (try await Signer("old"), try await Signer("new"))
        try await OutboundFixture.run { fixture in
            try await ScriptedServer.run(
                .answer(body: old.set), .answer("503 Service Unavailable"), .close, .answer(body: "<html>"),
                .answer(body: new.set)
            ) { server in
                let (url, client) = (server.url + "/jwks.json", fixture.client)
                let load = { @Sendable in try await TokenVerification.download(url, with: client, logger: Self.logger) }
                try await run(at: url, load: load) { isTaken, refresh in
                    for _ in 0..<4 {
                        #expect(await isTaken(old))
                        await refresh.refresh()
                    }
                    #expect(await isTaken(new))
                    #expect(await !isTaken(old))
                    #expect(server.requests.allSatisfy { $0.hasPrefix("GET /jwks.json ") })
                }
            }
        }
    }

    @Test("must be there, and be one, when the gateway starts")
    func start() async throws {
        await #expect(throws: KeySetError.self) {
            _ = try await TokenVerification.keySet(
                at: "/nowhere", algorithm: nil, rules: TokenRules(), clock: HostClock(), logger: Self.logger
            ) { try TokenVerification.contents(of: "/nowhere") }
        }
        await #expect(throws: KeySetError.self) {
            _ = try await TokenVerification.keySet(
                at: "test", algorithm: nil, rules: TokenRules(), clock: HostClock(), logger: Self.logger
            ) { #"{"keys":[]}"# }
        }
    }
}
