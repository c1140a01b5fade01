import GatewayCore
import Testing

@testable import GatewayStorage

@Suite("Statements")
struct StatementTests {
    @Test("A text reaches the database as it is, however long it and its neighbors are")
    func texts() async throws {
        try await withStore { store throws in
            for length in [0, 1, 15, 16, 500, 1_023, 1_024, 1_025, 3_000] {
                let texts = [
                    String(repeating: "a", count: length), "é", String(repeating: "ß", count: length / 2), "",
                    String(repeating: "z", count: length),
                ]
                let read = try await store.write { writer throws in
                    try #require(writer as? SQLiteTransaction).first("SELECT ?, ?, ?, ?, ?", texts) { row in
                        (0..<texts.count).map { row[$0] as String }
                    }
                }
                #expect(read == texts)
            }
        }
    }

    @Test("A statement that is run within its own rows is refused, and the rows go on to their end")
    func nested() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try #require(writer as? SQLiteTransaction)
                let sql = "SELECT value FROM json_each('[1, 2, 3]') ORDER BY value"
                let rows = try transaction.all(sql, []) { row in
                    #expect(throws: StoreError.self) { try transaction.first(sql, []) { $0[0] as Int64 } }
                    return row[0] as Int64
                }
                #expect(rows == [1, 2, 3])
            }
        }
    }

    @Test("Texts that are made and thrown away are not taken for one another, wherever they are in memory")
    func madeAtRunTime() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try #require(writer as? SQLiteTransaction)
                for number in 100..<900 {
                    // All are of the same length, and most come to the memory of one before.
                    let read = try transaction.first("SELECT \(number) AS a_column_with_a_long_name WHERE 1 = ?", [1 as Int64]) {
                        $0[0] as Int64
                    }
                    #expect(read == Int64(number))
                }
            }
        }
    }

    @Test("A statement runs again with other values, and with NULL where there was a text")
    func again() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                let transaction = try #require(writer as? SQLiteTransaction)
                let sql = "SELECT coalesce(?, 'nothing was bound to the question mark')"
                for (value, expected) in [("one", "one"), (nil, "nothing was bound to the question mark"), ("two", "two")] {
                    #expect(try transaction.first(sql, [value]) { $0[0] as String } == expected)
                }
            }
        }
    }
}
