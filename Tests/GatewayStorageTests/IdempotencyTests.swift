import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Idempotency keys")
struct IdempotencyTests {
    private let reference = IdempotencyReference(owner: "42", key: "key-1")
    private var claim: IdempotencyClaim { IdempotencyClaim(reference: reference, fingerprint: "f00") }

    @Test("A key is in flight until it has its answer, whose bytes come back as they were")
    func lifeCycle() async throws {
        try await withStore { store throws in
            let answer = StoredAnswer(status: 201, body: [0x7B, 0x00, 0xFF, 0x7D])
            try await store.write { writer throws in
                #expect(try writer.idempotencyRecord(reference) == nil)
                let operation = try writer.makeOperation(on: try writer.makeTransaction())
                try writer.insertIdempotencyKey(claim, operationID: operation.id, at: time())
            }
            #expect(
                try await store.read { try $0.idempotencyRecord(reference) }
                    == IdempotencyRecord(fingerprint: "f00", operationID: 1, answer: nil)
            )
            try await store.write { try $0.completeIdempotencyKey(reference, answer: answer, at: time(1)) }
            #expect(try await store.read { try $0.idempotencyRecord(reference) }?.answer == answer)
        }
    }

    @Test("An empty body is an answer too")
    func emptyBody() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                try writer.insertIdempotencyKey(claim, operationID: nil, at: time())
                try writer.completeIdempotencyKey(reference, answer: StoredAnswer(status: 204, body: []), at: time())
                #expect(try writer.idempotencyRecord(reference)?.answer == StoredAnswer(status: 204, body: []))
            }
        }
    }

    @Test("A key is used once by each owner")
    func usedOnce() async throws {
        try await withStore { store throws in
            try await store.write { try $0.insertIdempotencyKey(claim, operationID: nil, at: time()) }
            await #expect(throws: StoreError.constraint("idempotency_keys.owner, idempotency_keys.key")) {
                try await store.write { try $0.insertIdempotencyKey(claim, operationID: nil, at: time()) }
            }
            let other = IdempotencyClaim(reference: IdempotencyReference(owner: "7", key: "key-1"), fingerprint: "ba5")
            try await store.write { try $0.insertIdempotencyKey(other, operationID: nil, at: time()) }
        }
    }

    @Test("An answer that was given is never replaced, and a key that is not there can't be completed")
    func finalAnswer() async throws {
        try await withStore { store throws in
            let first = StoredAnswer(status: 200, body: [1])
            try await store.write { writer throws in
                try writer.insertIdempotencyKey(claim, operationID: nil, at: time())
                try writer.completeIdempotencyKey(reference, answer: first, at: time())
            }
            for reference in [reference, IdempotencyReference(owner: "42", key: "none")] {
                await #expect(throws: StoreError.constraint("idempotency_keys: no such row")) {
                    try await store.write {
                        try $0.completeIdempotencyKey(reference, answer: StoredAnswer(status: 500, body: [2]), at: time())
                    }
                }
            }
            #expect(try await store.read { try $0.idempotencyRecord(reference) }?.answer == first)
        }
    }

    @Test("A key that was forgotten can be used again")
    func forget() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                try writer.insertIdempotencyKey(claim, operationID: nil, at: time())
                try writer.deleteIdempotencyKey(reference)
                #expect(try writer.idempotencyRecord(reference) == nil)
                try writer.insertIdempotencyKey(claim, operationID: nil, at: time())
            }
        }
    }

    @Test("Only keys whose answer is old are purged, the oldest first, and so many at most")
    func purge() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                for number in 0..<5 {
                    let reference = IdempotencyReference(owner: "42", key: "k\(number)")
                    let claim = IdempotencyClaim(reference: reference, fingerprint: "f")
                    try writer.insertIdempotencyKey(claim, operationID: nil, at: time(-1000))
                    // The last stays in flight.
                    guard number < 4 else { break }
                    try writer.completeIdempotencyKey(
                        reference, answer: StoredAnswer(status: 200, body: []), at: time(Int64(number)))
                }
                func left() throws -> [Int] {
                    try (0..<5).filter {
                        try writer.idempotencyRecord(IdempotencyReference(owner: "42", key: "k\($0)")) != nil
                    }
                }
                #expect(try writer.purgeIdempotencyKeys(completedBefore: time(3), limit: 2) == 2)
                #expect(try left() == [2, 3, 4])
                #expect(try writer.purgeIdempotencyKeys(completedBefore: time(3), limit: 2) == 1)
                #expect(try left() == [3, 4])
            }
        }
    }
}
