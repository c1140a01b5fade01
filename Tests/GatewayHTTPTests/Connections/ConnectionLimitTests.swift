import Logging
import NIOCore
import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("A limit of connections")
struct ConnectionLimitTests {
    /// Connections of a limit, and a clock that the test moves.
    private final class Listener: Sendable {
        let log = CapturedLog()
        let limit: ConnectionLimit
        private let clock = TimeBox()
        private let ended = Mutex<[String]>([])

        init(_ maximum: Int) {
            let (log, clock) = (log, clock)
            limit = ConnectionLimit(maximum, logger: Logger(label: "test") { _ in log }, now: { clock.now })
        }

        var closed: [String] { ended.withLock { $0 } }

        /// Accepts a connection and sets it up.
        func open(_ name: String) -> Int {
            limit.opened()
            return register(name)
        }

        /// Sets up a connection that was accepted.
        func register(_ name: String) -> Int {
            limit.register { self.ended.withLock { $0.append(name) } }
        }

        /// Ends a connection, as its channel does.
        func end(_ slot: Int) {
            limit.remove(slot)
            limit.closed()
        }

        func advance(_ time: TimeAmount) { clock.advance(time) }
    }

    private final class TimeBox: Sendable {
        private let state = Mutex(NIODeadline.uptimeNanoseconds(1))

        var now: NIODeadline { state.withLock { $0 } }

        func advance(_ time: TimeAmount) { state.withLock { $0 = $0 + time } }
    }

    @Test("ends connections that were accepted together before any of them was set up")
    func acceptedTogether() {
        let listener = Listener(2)
        for _ in 0..<5 { listener.limit.opened() }
        for name in ["a", "b", "c", "d", "e"] { _ = listener.register(name) }
        #expect(listener.closed == ["a", "b", "c"])
    }

    @Test("ends no other for one that has ended and that the listener still counts")
    func ending() {
        let listener = Listener(2)
        let first = listener.open("a")
        _ = listener.open("b")
        listener.limit.remove(first)
        _ = listener.open("c")
        #expect(listener.closed.isEmpty)
    }

    @Test("ends the oldest idle connection for a new one, and no other")
    func oldest() {
        let listener = Listener(3)
        let a = listener.open("a")
        _ = listener.open("b")
        _ = listener.open("c")
        #expect(listener.closed.isEmpty)
        // It is used again, so that another is the oldest.
        listener.limit.set(a, .working)
        listener.limit.set(a, .idle)
        _ = listener.open("d")
        #expect(listener.closed == ["b"])
        _ = listener.open("e")
        #expect(listener.closed == ["b", "c"])
    }

    @Test("ends none that is working, and stops accepting where only such are left")
    func working() {
        let listener = Listener(2)
        let slots = ["a", "b"].map { listener.open($0) }
        for slot in slots { listener.limit.set(slot, .working) }
        #expect(listener.limit.hasRoom)
        let c = listener.open("c")
        listener.limit.set(c, .working)
        #expect(listener.closed.isEmpty)
        #expect(!listener.limit.hasRoom)
        // The first one that is done makes room.
        listener.limit.set(slots[1], .idle)
        #expect(listener.closed == ["b"])
        listener.end(slots[1])
        #expect(listener.limit.hasRoom && listener.limit.count == 2)
    }

    @Test("ends the one whose body arrives for the longest time where none is idle")
    func receiving() {
        let listener = Listener(3)
        let slots = ["a", "b", "c"].map { listener.open($0) }
        listener.limit.set(slots[2], .receiving)
        listener.limit.set(slots[0], .receiving)
        listener.limit.set(slots[1], .working)
        _ = listener.open("d")
        #expect(listener.closed == ["c"])
    }

    @Test("ends another where the chosen one has got a request meanwhile")
    func raced() {
        let listener = Listener(2)
        let a = listener.open("a")
        _ = listener.open("b")
        _ = listener.open("c")
        #expect(listener.closed == ["a"])
        listener.limit.keepsWorking(a)
        #expect(listener.closed == ["a", "b"])
    }

    @Test("ends several at once for a flood where it is large")
    func flood() {
        let listener = Listener(320)
        for number in 0...320 { _ = listener.open("\(number)") }
        #expect(listener.closed == (0..<10).map { "\($0)" })
        #expect(listener.limit.hasRoom)
    }

    @Test("says so in the log once a minute, with what was ended meanwhile")
    func log() {
        let listener = Listener(1)
        _ = listener.open("a")
        #expect(listener.log.lines.isEmpty)
        for name in ["b", "c", "d"] { _ = listener.open(name) }
        #expect(listener.log.lines.count == 1)
        listener.advance(.seconds(59))
        _ = listener.open("e")
        #expect(listener.log.lines.count == 1)
        listener.advance(.seconds(1))
        _ = listener.open("f")
        #expect(listener.log.lines.count == 2)
        #expect(listener.log.lines.last?.contains("ended=4") == true, "\(listener.log.lines)")
        #expect(listener.log.lines.allSatisfy { $0.hasPrefix("warning ") && $0.contains("limit=1") })
    }
}
