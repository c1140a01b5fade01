import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("What the books need providers for")
struct ProviderUseTests {
    @Test("Payments since a time and operations without an outcome count, of each provider but those that are left out")
    func uses() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                _ = try writer.makeTransaction(provider: "new", intent: "pi_1", at: time(10))
                _ = try writer.makeTransaction(
                    provider: "new", intent: "pi_2", status: .succeeded, captured: 10_000, at: time(20))
                let old = try writer.makeTransaction(provider: "open", intent: "pi_3", at: time(-10))
                _ = try writer.makeOperation(on: old)
                _ = try writer.makeTransaction(provider: "old", intent: "pi_4", at: time(-1))
                let kept = try writer.makeTransaction(provider: "kept", intent: "pi_5", at: time(10))
                _ = try writer.makeOperation(on: kept)
                let settled = try writer.makeTransaction(provider: "settled", intent: "pi_6", at: time(-1))
                let ended = try writer.makeOperation(on: settled)
                #expect(try writer.endOperation(ended.id, fence: 1, state: .succeeded, outcome: "", at: time()))
            }
            let uses = try await store.read { try $0.providersInUse(since: time(), except: [Identifier("kept")]) }
            #expect(
                uses == [
                    ProviderUse(provider: "new", recentPayments: 2, openOperations: 0),
                    ProviderUse(provider: "open", recentPayments: 0, openOperations: 1),
                ])
        }
    }

    @Test("Beyond a thousand, payments are not counted")
    func limit() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                for index in 0..<600 {
                    _ = try writer.makeTransaction(provider: "a", intent: "pi_\(index)")
                    _ = try writer.makeTransaction(provider: "a", intent: "pi_c\(index)", status: .canceled)
                }
            }
            let uses = try await store.read { try $0.providersInUse(since: time(), except: []) }
            #expect(uses.map(\.recentPayments) == [ProviderUse.countLimit])
        }
    }
}
