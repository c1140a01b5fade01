import ProviderAPI
import Testing

@testable import GatewayCore

@Suite("The lanes of providers")
struct ProviderLanesTests {
    private let outages = ProviderOutages()
    private let now = Timestamp(unixMilliseconds: 0)

    /// How many of these operations find room.
    private func enter(_ operations: Range<Int64>, _ lanes: ProviderLanes, at provider: String = "acme") -> Int {
        operations.count { lanes.enter($0, at: provider) }
    }

    @Test("A provider of which nothing is known gets a few operations at a time, and another one as many")
    func narrow() {
        let lanes = ProviderLanes(outages: outages)
        #expect(enter(0..<1000, lanes) == ProviderLanes.width)
        #expect(lanes.full == ["acme"])
        #expect(enter(1000..<2000, lanes, at: "other") == ProviderLanes.width)
    }

    @Test("An operation that is under way is not taken twice")
    func once() {
        let lanes = ProviderLanes(outages: outages)
        #expect(lanes.enter(1, at: "acme"))
        #expect(!lanes.enter(1, at: "acme"))
        _ = lanes.leave(1, at: "acme")
        #expect(lanes.enter(1, at: "acme"))
    }

    @Test("A lane grows with each answer, up to its bound, and is halved by silence, down to its beginning")
    func width() {
        let lanes = ProviderLanes(outages: outages)
        #expect(lanes.enter(0, at: "acme"))
        for _ in 0..<2 * ProviderLanes.maximumWidth { _ = lanes.note(0, at: "acme", isAnswered: true) }
        #expect(enter(1..<10_000, lanes) == ProviderLanes.maximumWidth - 1)
        for operation in 1..<Int64(10_000) { _ = lanes.leave(operation, at: "acme") }
        _ = lanes.note(0, at: "acme", isAnswered: false)
        #expect(enter(1..<10_000, lanes) == ProviderLanes.maximumWidth / 2 - 1)
        for _ in 0..<20 { _ = lanes.note(0, at: "acme", isAnswered: false) }
        for operation in 1..<Int64(10_000) { _ = lanes.leave(operation, at: "acme") }
        #expect(enter(1..<10_000, lanes) == ProviderLanes.width - 1)
    }

    @Test("Whoever has waited is called once there is much room, and once only")
    func call() {
        let lanes = ProviderLanes(outages: outages)
        let width = Int64(ProviderLanes.width)
        #expect(enter(0..<width, lanes) == ProviderLanes.width)
        #expect(!lanes.leave(0, at: "acme"), "nobody waits")
        #expect(enter(100..<102, lanes) == 1)
        let calls = (1..<width).count { lanes.leave($0, at: "acme") }
        #expect(calls == 1)
    }

    @Test("What hangs since an outage that has ended takes no room, and its end says nothing of the provider")
    func hanging() {
        let lanes = ProviderLanes(outages: outages)
        #expect(enter(0..<1000, lanes) == ProviderLanes.width)
        #expect(lanes.silent == ["acme"])
        outages.begin("acme", at: now)
        #expect(outages.end("acme"))
        #expect(lanes.full.isEmpty && lanes.silent.isEmpty)
        #expect(enter(1000..<2000, lanes) == ProviderLanes.width)
        _ = lanes.note(1000, at: "acme", isAnswered: true)
        #expect(lanes.silent.isEmpty)
        _ = lanes.note(0, at: "acme", isAnswered: false)
        #expect(enter(2000..<3000, lanes) == 1, "the answer made room for one more, and the silence of then took none")
    }
}
