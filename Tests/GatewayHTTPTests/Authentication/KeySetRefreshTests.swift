import GatewayCore
import Logging
import ProviderAPI
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("A key set that changes", .timeLimit(.minutes(10)))
struct KeySetRefreshTests {
    private let forge = TokenForge()

    /// The place that a set is read from: a test changes it, breaks it and counts the readings.
    private final class Source: Sendable {
        struct Broken: Error {}

        private struct State {
            var text: String?
            var readings = 0
            var isHeld = false
            var held: [CheckedContinuation<Void, Never>] = []
        }

        private let state: Mutex<State>

        init(_ text: String) { state = Mutex(State(text: text)) }

        var readings: Int { state.withLock { $0.readings } }

        /// Shows another text; nil has each reading fail.
        func show(_ text: String?) { state.withLock { $0.text = text } }

        /// Has readings wait until ``release()``.
        func hold() { state.withLock { $0.isHeld = true } }

        func release() {
            let held = state.withLock { state in
                defer { state.held = [] }
                state.isHeld = false
                return state.held
            }
            for reader in held { reader.resume() }
        }

        func read() async throws -> String {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    state.readings += 1
                    if state.isHeld { state.held.append(continuation) }
                    return state.isHeld
                }
                if !waits { continuation.resume() }
            }
            guard let text = state.withLock({ $0.text }) else { throw Broken() }
            return text
        }
    }

    private struct Setting: Sendable {
        let verifier: TokenVerifier
        let refresh: KeySetRefresh
        let source: Source
        let clock: SteppedClock

        func isTaken(_ token: String) async -> Bool {
            (try? await verifier.principal(authorization: "Bearer \(token)")) != nil
        }
    }

    private func run(_ set: String, _ body: @escaping @Sendable (Setting) async throws -> Void) async throws {
        let clock = SteppedClock(forge.now)
        let source = Source(set)
        let keys = TokenKeys(try await KeySet.read(set, algorithm: nil).keys)
        let refresh = KeySetRefresh(
            keys, text: set, place: "test", algorithm: nil, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, load: source.read)
        let verifier = TokenVerifier(keys: keys, rules: TokenRules(), refresh: refresh, clock: clock)
        try await withThrowingTaskGroup { group in
            group.addTask { try await refresh.run() }
            defer { group.cancelAll() }
            try await body(Setting(verifier: verifier, refresh: refresh, source: source, clock: clock))
        }
    }

    private func eventually(_ what: String, _ condition: () async -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while await !condition() {
            try #require(ContinuousClock.now < end, "\(what)")
            await Task.yield()
        }
    }

    @Test("is read again every five minutes; tokens of a withdrawn key are refused from then on, those seen before too")
    func interval() async throws {
        let (old, new) = (try await KeyPair(.p256, kid: "old"), try await KeyPair(.p256, kid: "new"))
        let token = try await old.token(claims: forge.claims())
        try await run(KeyPair.set(old.json(), new.json())) { setting in
            #expect(await setting.isTaken(token))
            setting.source.show(KeyPair.set(try new.json()))
            try await eventually("the refresh sleeps") { setting.clock.sleepers == 1 }
            setting.clock.advance(by: .seconds(299))
            #expect(await setting.isTaken(token))
            #expect(setting.source.readings == 0)
            setting.clock.advance(by: .seconds(1))
            try await eventually("the key is gone") { await !setting.isTaken(token) }
            #expect(setting.source.readings == 1)
            #expect(try await setting.isTaken(new.token(claims: forge.claims())))
            try await eventually("the refresh sleeps again") { setting.clock.sleepers == 1 }
            setting.clock.advance(by: .seconds(300))
            try await eventually("the set is read again") { setting.source.readings == 2 }
        }
    }

    @Test("is read on request, and in use when the request returns")
    func request() async throws {
        let (old, new) = (try await KeyPair(.p256, kid: "k"), try await KeyPair(.p256, kid: "k"))
        let (oldToken, newToken) = (try await old.token(claims: forge.claims()), try await new.token(claims: forge.claims()))
        try await run(KeyPair.set(old.json())) { setting in
            #expect(await setting.isTaken(oldToken))
            setting.source.show(KeyPair.set(try new.json()))
            await setting.refresh.refresh()
            #expect(await !setting.isTaken(oldToken))
            #expect(await setting.isTaken(newToken))
        }
    }

    @Test("is read when a token names a key that is not in it, at most every thirty seconds")
    func unknownKey() async throws {
        let (old, new) = (try await KeyPair(.p256, kid: "old"), try await KeyPair(.rsa, kid: "new"))
        let newToken = try await new.token(claims: forge.claims())
        let strangers = try await KeyPair(.p256, kid: "stranger").token(claims: forge.claims())
        try await run(KeyPair.set(old.json())) { setting in
            #expect(await !setting.isTaken(strangers))
            #expect(setting.source.readings == 0, "it was read less than thirty seconds ago")
            setting.clock.advance(by: .seconds(30))
            setting.source.show(KeyPair.set(try old.json(), try new.json()))
            #expect(await setting.isTaken(newToken))
            #expect(setting.source.readings == 1)
            for _ in 0..<100 { #expect(await !setting.isTaken(strangers)) }
            setting.clock.advance(by: .seconds(29))
            #expect(await !setting.isTaken(strangers))
            #expect(setting.source.readings == 1)
            setting.clock.advance(by: .seconds(1))
            #expect(await !setting.isTaken(strangers))
            #expect(setting.source.readings == 2)
        }
    }

    @Test("is read once for many tokens of a new key, and all of them pass")
    func crowd() async throws {
        let (old, new) = (try await KeyPair(.p256, kid: "old"), try await KeyPair(.p256, kid: "new"))
        var tokens: [String] = []
        for number in 0..<50 { tokens.append(try await new.token(claims: forge.claims(["sub": "\(number)"]))) }
        try await run(KeyPair.set(old.json())) { [tokens] setting in
            setting.clock.advance(by: .seconds(60))
            setting.source.show(KeyPair.set(try old.json(), try new.json()))
            setting.source.hold()
            await withTaskGroup { group in
                for token in tokens { group.addTask { await setting.isTaken(token) } }
                // Those that come before the reading begins and those that come during it.
                while setting.source.readings == 0 { await Task.yield() }
                setting.source.release()
                for await isTaken in group { #expect(isTaken) }
            }
            #expect(setting.source.readings == 1)
        }
    }

    @Test(
        "stays as it is where it cannot be read, is none, or has no key left",
        arguments: [nil, "", "{}", #"{"keys":[]}"#, "<html>"])
    func failure(text: String?) async throws {
        let pair = try await KeyPair(.ed25519, kid: "a")
        let token = try await pair.token(claims: forge.claims())
        try await run(KeyPair.set(pair.json())) { setting in
            setting.source.show(text)
            await setting.refresh.refresh()
            #expect(setting.source.readings == 1)
            #expect(await setting.isTaken(token))
            setting.source.show(KeyPair.set(try await KeyPair(.ed25519, kid: "b").json()))
            await setting.refresh.refresh()
            #expect(await !setting.isTaken(token))
        }
    }

    @Test("keeps no caller waiting after its end")
    func end() async throws {
        let pair = try await KeyPair(.ed25519, kid: "a")
        let setting = Mutex<Setting?>(nil)
        try await run(KeyPair.set(pair.json())) { running in setting.withLock { $0 = running } }
        let ended = try #require(setting.withLock { $0 })
        await ended.refresh.refresh()
        ended.clock.advance(by: .seconds(60))
        #expect(try await !ended.isTaken(KeyPair(.ed25519, kid: "b").token(claims: forge.claims())))
        #expect(ended.source.readings == 0)
    }
}
