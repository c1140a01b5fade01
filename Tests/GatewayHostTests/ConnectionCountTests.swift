import Testing

@testable import GatewayHost

@Suite("The default limit of connections")
struct ConnectionCountTests {
    @Test(
        "leaves descriptors for the database, the management listener and a call to a provider for each of its limit",
        arguments: [
            (65536, [4000], 10_000), (20_000, [4000], 10_000), (10_384, [4000], 6000), (8384, [4000], 4000), (4480, [4000], 2048),
            (1024, [4000], 320), (1024, [100], 540), (512, [4000], 64), (100, [4000], 1), (65536, [40_000, 40_000], 10_000),
        ])
    func byDescriptors(soft: Int, calls: [Int], expected: Int) {
        let limit = OpenFileLimit(soft: soft, hard: soft)
        #expect(limit.connections(forCalls: calls, wanted: nil) == expected)
        #expect(expected == 1 || expected + OpenFileLimit.base + OpenFileLimit.listeners <= soft)
    }

    @Test("gives way to the configuration, as far as descriptors allow")
    func wanted() {
        let limit = OpenFileLimit(soft: 20_000, hard: 20_000)
        #expect(limit.connections(forCalls: [4000], wanted: 16) == 16)
        #expect(limit.connections(forCalls: [4000], wanted: 12_000) == 12_000)
        #expect(limit.connections(forCalls: [4000], wanted: 100_000) == 15_616)
    }
}
