import GatewayCore
import GatewayLifecycle
import Synchronization
import Testing

@testable import GatewayHost

/// A clock that only sleeping moves, which keeps each sleep's length.
private final class SleepingClock: Clock {
    private let sleeps = Mutex<[Duration]>([])

    var all: [Duration] { sleeps.withLock { $0 } }
    var now: ContinuousClock.Instant { Self.start.advanced(by: all.reduce(.zero, +)) }
    var minimumResolution: Duration { .nanoseconds(1) }

    private static let start = ContinuousClock.now

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        let length = deadline - now
        sleeps.withLock { $0.append(length) }
    }
}

@Suite("Waiting for a status")
struct WaitTests {
    @Test(
        "A transaction's status is what is wanted, may become it, or does not become it by itself",
        arguments: [
            (PaymentStatus.succeeded, ["succeeded"], "reached"), (.failed, ["succeeded", "failed"], "reached"),
            (.processing, ["succeeded"], "waiting"), (.requiresAction, ["succeeded"], "waiting"),
            (.requiresCapture, ["canceled"], "waiting"),
            // Refunds come, and fail.
            (.succeeded, ["refunded"], "waiting"), (.succeeded, ["partially_refunded"], "waiting"),
            (.refunded, ["succeeded"], "waiting"), (.partiallyRefunded, ["refunded"], "waiting"),
            (.failed, ["canceled"], "waiting"),
            (.failed, ["succeeded"], "ended"), (.canceled, ["succeeded"], "ended"), (.canceled, ["failed"], "ended"),
            (.succeeded, ["failed"], "ended"), (.refunded, ["canceled"], "ended"), (.succeeded, ["processing"], "ended"),
        ])
    func transaction(status: PaymentStatus, wanted: [String], standing: String) {
        #expect("\(status.standing(of: "x", against: Set(wanted)))".hasPrefix(standing))
    }

    @Test(
        "An order's is compared alike",
        arguments: [
            (Order.Status.completed, ["completed"], "reached"), (.pending, ["completed"], "waiting"),
            (.completed, ["refunded"], "waiting"), (.failed, ["completed"], "ended"), (.canceled, ["completed"], "ended"),
            (.completed, ["pending"], "ended"),
        ])
    func order(status: Order.Status, wanted: [String], standing: String) {
        #expect("\(status.standing(of: "x", against: Set(wanted)))".hasPrefix(standing))
    }

    @Test("It asks at intervals that grow to a quarter of a second, and a last time when the time is over")
    func intervals() async throws {
        let clock = SleepingClock()
        var asked = 0
        let result = try await Wait(limit: .seconds(1)).run(by: clock) {
            asked += 1
            return .waiting("x", "processing")
        }
        #expect(result == .waiting("x", "processing"))
        #expect(clock.all == [25, 50, 100, 200, 250, 250, 125].map { .milliseconds($0) })
        #expect(asked == 8)
    }

    @Test(
        "It ends at once where the status is there, or does not come any more",
        arguments: [
            WaitStanding.reached("x", "succeeded"), .ended("x", "canceled"),
        ])
    func atOnce(standing: WaitStanding) async throws {
        let clock = SleepingClock()
        #expect(try await Wait(limit: .seconds(1)).run(by: clock) { standing } == standing)
        #expect(clock.all.isEmpty)
    }

    @Test("It goes on until the status is there")
    func later() async throws {
        let clock = SleepingClock()
        var asked = 0
        let result = try await Wait(limit: .seconds(1)).run(by: clock) {
            asked += 1
            return asked < 4 ? .waiting("x", "processing") : .reached("x", "succeeded")
        }
        #expect(result == .reached("x", "succeeded") && asked == 4)
    }
}
