import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("Orders")
struct OrderTests {
    @Test("An order is read as it was written")
    func roundTrip() async throws {
        try await withStore { store throws in
            let amount = try money(1_250, "KWD")
            let written = try await store.write {
                try $0.insertOrder(
                    NewOrder(userID: "42", amount: amount, description: "Ärmel \"L\"", metadata: ["b": "2", "a": "1"]),
                    at: time(7)
                )
            }
            #expect(written.id == 1)
            #expect(written.status == .pending)
            #expect(written.createdAt == time(7))
            #expect(try await store.read { try $0.order(1) } == written)
            #expect(try await store.read { try $0.order(2) } == nil)
        }
    }

    @Test("A status that an order has already leaves it as it was")
    func sameStatus() async throws {
        try await withStore { store throws in
            let order = try await store.write { writer throws in
                let order = try writer.makeOrder()
                try writer.updateOrder(order.id, status: .pending, at: time(5))
                return order
            }
            #expect(try await store.read { try $0.order(order.id) } == order)
        }
    }

    @Test("A change of status is seen with its time", arguments: Order.Status.allCases.filter { $0 != .pending })
    func status(_ status: Order.Status) async throws {
        try await withStore { store throws in
            let order = try await store.write { writer throws in
                let order = try writer.makeOrder()
                try writer.updateOrder(order.id, status: status, at: time(5))
                return order
            }
            let read = try #require(try await store.read { try $0.order(order.id) })
            #expect(read.status == status)
            #expect(read.updatedAt == time(5))
            #expect(read.createdAt == order.createdAt)
        }
    }

    @Test("An order shows what its payments captured and gave back, alone and in a list, and not those of others or deleted ones")
    func sums() async throws {
        try await withStore { store throws in
            let order = try await store.write { writer throws in
                let order = try writer.makeOrder()
                let first = try writer.makeTransaction(of: order, intent: "pi_1", status: .canceled)
                #expect(first.captured == 0)
                let second = try writer.makeTransaction(of: order, intent: "pi_2", status: .succeeded, captured: 1_000)
                _ = try writer.moveAmounts(of: second, reserved: 100, refunded: 200)
                let other = try writer.makeOrder()
                _ = try writer.makeTransaction(of: other, intent: "pi_3", status: .succeeded, captured: 1_000)
                return order
            }
            let read = try #require(try await store.read { try $0.order(order.id) })
            #expect(read.paid == 1_000 && read.refunded == 200)
            let listed = try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)) }
            #expect(listed.map(\.paid) == [1_000, 1_000] && listed.map(\.refunded) == [0, 200])
            try await store.sql("UPDATE payment_transactions SET deleted_at = 1 WHERE order_id = \(order.id)")
            #expect(try await store.read { try $0.order(order.id) }?.paid == 0)
        }
    }

    @Test("Changing an order that is not there is refused")
    func unknownOrder() async throws {
        try await withStore { store throws in
            await #expect(throws: StoreError.constraint("orders: no such row")) {
                try await store.write { try $0.updateOrder(9, status: .failed, at: time()) }
            }
        }
    }

    @Test("Pages are newest first, hold one owner's or all, and continue where the last ended, times being equal or not")
    func pages() async throws {
        try await withStore { store throws in
            try await store.write { writer throws in
                for index in 0..<9 { _ = try writer.makeOrder(user: index % 3 == 0 ? "7" : "42", at: time(Int64(index / 4))) }
            }
            func page(_ user: Subject?, before: Int64?, _ limit: Int) async throws -> [Int64] {
                try await store.read { try $0.orders(OrderQuery(userID: user, beforeID: before, limit: limit)).map(\.id) }
            }
            #expect(try await page(nil, before: nil, 4) == [9, 8, 7, 6])
            #expect(try await page(nil, before: 6, 4) == [5, 4, 3, 2])
            #expect(try await page(nil, before: 2, 4) == [1])
            #expect(try await page("7", before: nil, 2) == [7, 4])
            #expect(try await page("7", before: 4, 2) == [1])
            #expect(try await page("42", before: nil, 100) == [9, 8, 6, 5, 3, 2])
            #expect(try await page("8", before: nil, 100) == [])
            #expect(try await page(nil, before: 1, 100) == [])
            #expect(try await page(nil, before: nil, 0) == [])
        }
    }

    @Test("A deleted order is in no answer and can't be changed, and pages continue behind it")
    func softDelete() async throws {
        try await withStore { store throws in
            try await store.write { writer in for _ in 0..<3 { _ = try writer.makeOrder() } }
            try await store.sql("UPDATE orders SET deleted_at = 1 WHERE id = 2")
            #expect(try await store.read { try $0.order(2) } == nil)
            #expect(try await store.read { try $0.orders(OrderQuery(userID: nil, limit: 10)).map(\.id) } == [3, 1])
            #expect(try await store.read { try $0.orders(OrderQuery(userID: "42", beforeID: 2, limit: 10)).map(\.id) } == [1])
            await #expect(throws: StoreError.self) {
                try await store.write { try $0.updateOrder(2, status: .failed, at: time()) }
            }
        }
    }
}
