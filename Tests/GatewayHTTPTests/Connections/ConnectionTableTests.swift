import Synchronization
import Testing

@testable import GatewayHTTP

@Suite("The table of connections")
struct ConnectionTableTests {
    /// Which connections were closed, by name, in order.
    private final class Closed: Sendable {
        private let names = Mutex<[Int]>([])

        var all: [Int] { names.withLock { $0 } }

        func closer(of name: Int) -> @Sendable () -> Void {
            { self.names.withLock { $0.append(name) } }
        }
    }

    private func close(_ closers: [@Sendable () -> Void]) {
        for closer in closers { closer() }
    }

    @Test("gives the connections out in the order in which they became idle")
    func order() {
        let closed = Closed()
        var table = ConnectionTable()
        let slots = (0..<5).map { table.insert(close: closed.closer(of: $0)) }
        table.move(slots[0], to: .working)
        table.move(slots[2], to: .receiving)
        table.move(slots[0], to: .idle)
        close(table.takeOldest(3, .idle))
        #expect(closed.all == [1, 3, 4])
        #expect(table.closing == 3)
        close(table.takeOldest(9, .idle))
        #expect(closed.all == [1, 3, 4, 0])
        close(table.takeOldest(9, .receiving))
        #expect(closed.all == [1, 3, 4, 0, 2])
        for slot in slots { table.remove(slot) }
        #expect(table.closing == 0)
    }

    @Test("agrees with a plain list after any sequence of changes", arguments: 0..<20)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let closed = Closed()
        var table = ConnectionTable()
        var slots: [Int: Int] = [:]
        var idle: [Int] = []
        var receiving: [Int] = []
        for name in 0..<400 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0, 1:
                slots[name] = table.insert(close: closed.closer(of: name))
                idle.append(name)
            case 2, 3:
                guard let (name, slot) = slots.sorted(by: { $0.key < $1.key }).randomElement(using: &generator) else { continue }
                let activity = [ConnectionActivity.idle, .receiving, .working].randomElement(using: &generator) ?? .idle
                table.move(slot, to: activity)
                if activity == .idle && idle.contains(name) || activity == .receiving && receiving.contains(name) { continue }
                idle.removeAll { $0 == name }
                receiving.removeAll { $0 == name }
                if activity == .idle { idle.append(name) }
                if activity == .receiving { receiving.append(name) }
            case 4:
                guard let (name, slot) = slots.sorted(by: { $0.key < $1.key }).randomElement(using: &generator) else { continue }
                table.remove(slot)
                slots[name] = nil
                idle.removeAll { $0 == name }
                receiving.removeAll { $0 == name }
            default:
                let before = closed.all.count
                close(table.takeOldest(2, .idle))
                #expect(Array(closed.all[before...]) == Array(idle.prefix(2)))
                idle.removeFirst(min(2, idle.count))
            }
        }
        let before = closed.all.count
        close(table.takeOldest(.max, .receiving))
        #expect(Array(closed.all[before...]) == receiving)
    }
}
