import Dispatch
import GRDB
import GatewayCore
import Testing

@testable import GatewayStorage

/// What a unit of work throws.
struct Refused: Error, Equatable { let number: Int }

/// Keeps the writer busy while `body` hands in its units; it is free again when `body` returns.
func whileWriterIsBusy(_ store: SQLiteStore, _ body: () async throws -> Void) async throws {
    let gate = DispatchSemaphore(value: 0)
    store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
    defer { gate.signal() }
    try await body()
}

/// Hands in `count` units at once and gives back how each of them ended.
func outcomes(
    of count: Int, on store: SQLiteStore, _ work: @escaping @Sendable (Int, any StoreWriter) throws -> Int64
) async throws -> [Int: Result<Int64, any Error>] {
    try await withThrowingTaskGroup(of: (Int, Result<Int64, any Error>).self) { group in
        try await whileWriterIsBusy(store) {
            for number in 0..<count {
                group.addTask {
                    do {
                        return (number, .success(try await store.write { try work(number, $0) }))
                    } catch {
                        return (number, .failure(error))
                    }
                }
            }
            try await eventually("all units wait") { store.waitingUnits == count }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
}
