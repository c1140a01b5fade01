import Foundation
import ProviderAPI
import Testing

@testable import GatewayHost

@Suite("What the host hands to a provider")
struct HostServicesTests {
    @Test(
        "logs on the provider's level, under the provider's name",
        arguments: [ProviderLogLevel.debug, .info, .warning, .error]
    )
    func log(_ level: ProviderLogLevel) {
        let lines = LineRecorder()
        let log = HostLog(lines.logger, provider: "acme")
        log.write(level, "retried", fields: ["attempt": "2", "provider": "another"])
        #expect(lines.all == ["\(level.rawValue) retried attempt=2 provider=acme"])
    }

    @Test("tells the wall clock's time")
    func clock() {
        let before = Int64(Date.now.timeIntervalSince1970 * 1000) - 1
        let now = HostClock().now().unixMilliseconds
        #expect((before...before + 60_000).contains(now))
    }

    @Test("waits at least as long as it was told to")
    func sleep() async throws {
        let start = ContinuousClock.now
        try await HostClock().sleep(for: .milliseconds(5))
        #expect(.now - start >= .milliseconds(5))
    }

    @Test("stops waiting when the task is cancelled", .timeLimit(.minutes(10)))
    func cancelledSleep() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await HostClock().sleep(for: .seconds(3600)) }
            }
            group.cancelAll()
        }
    }

    @Test("draws numbers that don't repeat")
    func random() {
        let random = HostRandom()
        #expect(Set((0..<1000).map { _ in random.next() }).count == 1000)
    }
}
