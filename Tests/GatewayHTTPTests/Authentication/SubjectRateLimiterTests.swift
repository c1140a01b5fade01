import GatewayCore
import HTTPTypes
import HummingbirdTesting
import ProviderAPI
import ProviderTestKit
import Testing

@testable import GatewayHTTP

@Suite("The limit of a user's requests")
struct SubjectRateLimiterTests {
    private let clock = ManualClock()

    @Test("lets a burst through, then as many a second as it says")
    func rate() {
        let limiter = SubjectRateLimiter(SubjectRateLimit(perSecond: 10, burst: 5), clock: clock)
        for _ in 0..<5 { #expect(limiter.refuse("42") == nil) }
        #expect(limiter.refuse("42") == 1)
        clock.advance(by: .milliseconds(99))
        #expect(limiter.refuse("42") == 1)
        clock.advance(by: .milliseconds(1))
        #expect(limiter.refuse("42") == nil)
        #expect(limiter.refuse("42") == 1)
        var passed = 0
        for _ in 0..<1000 {
            clock.advance(by: .milliseconds(10))
            if limiter.refuse("42") == nil { passed += 1 }
        }
        #expect(passed == 100, "ten a second for ten seconds")
        clock.advance(by: .seconds(60))
        for _ in 0..<5 { #expect(limiter.refuse("42") == nil) }
        #expect(limiter.refuse("42") == 1, "a pause brings one burst, and no more")
    }

    @Test("says after how many seconds the user may send again")
    func retryAfter() {
        let limiter = SubjectRateLimiter(SubjectRateLimit(perSecond: 1, burst: 1), clock: clock)
        #expect(limiter.refuse("42") == nil)
        #expect(limiter.refuse("42") == 1)
        clock.advance(by: .milliseconds(500))
        #expect(limiter.refuse("42") == 1)
        clock.advance(by: .milliseconds(500))
        #expect(limiter.refuse("42") == nil)
    }

    @Test("is each user's own, byte for byte")
    func users() {
        let limiter = SubjectRateLimiter(SubjectRateLimit(perSecond: 1, burst: 1), clock: clock)
        for user: Subject in ["Kelvin", "\u{212A}elvin", "kelvin"] {
            #expect(limiter.refuse(user) == nil)
            #expect(limiter.refuse(user) == 1)
        }
    }

    @Test("remembers only users who sent lately, and of those at most so many")
    func memory() {
        let limiter = SubjectRateLimiter(SubjectRateLimit(perSecond: 1, burst: 1), clock: clock)
        for number in 0..<5000 {
            if number % 100 == 0 { clock.advance(by: .seconds(2)) }
            #expect(limiter.refuse(Subject(stored: "\(number)")) == nil)
        }
        #expect(limiter.count < 1200)
        for number in 0..<SubjectRateLimiter.capacity + 10 { _ = limiter.refuse(Subject(stored: "user \(number)")) }
        #expect(limiter.count <= SubjectRateLimiter.capacity)
    }

    @Test("outlives a clock that is set back")
    func clockSetBack() {
        let limiter = SubjectRateLimiter(SubjectRateLimit(perSecond: 1, burst: 2), clock: clock)
        #expect(limiter.refuse("42") == nil)
        clock.advance(by: .seconds(-3600))
        _ = limiter.refuse("42")
        clock.advance(by: .seconds(3))
        #expect(limiter.refuse("42") == nil)
    }
}

@Suite("A user who sends too many requests")
struct RateLimitRouteTests {
    @Test("gets 429 with Retry-After from every route; others, admins and open routes do not")
    func limited() async throws {
        try await TestAPI.run(rateLimit: SubjectRateLimit(perSecond: 1, burst: 2)) { api in
            for _ in 0..<2 { #expect(try await api.send(.get, "/api/v1/orders").status == .ok) }
            for path in ["/orders", "/payments/transactions", "/payments/pi_1", "/providers", "/orders/1"] {
                let answer = try await api.send(.get, "/api/v1" + path)
                #expect(answer.status == .tooManyRequests)
                #expect(answer.problemCode == "rate_limited")
                #expect(answer.headers[.retryAfter] == "1")
            }
            #expect(try await api.send(.get, "/api/v1/orders", as: .user("43")).status == .ok)
            for _ in 0..<5 { #expect(try await api.send(.get, "/api/v1/orders", as: .admin).status == .ok) }
            for _ in 0..<5 { #expect(try await api.send(.get, "/healthz", as: .nobody).status == .ok) }
            for _ in 0..<5 { #expect(try await api.send(.get, "/api/v1/orders", as: .nobody).status == .unauthorized) }
        }
    }

    @Test("may send as many as they like where there is no limit")
    func unlimited() async throws {
        try await TestAPI.run { api in
            var refused = 0
            for _ in 0..<300 where try await api.send(.get, "/api/v1/orders").status != .ok { refused += 1 }
            #expect(refused == 0)
        }
    }
}
