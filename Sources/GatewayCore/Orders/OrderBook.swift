package import ProviderAPI

/// Orders: what there is to pay.
package struct OrderBook: Sendable {
    let store: any GatewayStore
    let encoder: any AnswerEncoder
    let clock: any ProviderClock

    /// Orders over a store.
    package init(store: any GatewayStore, encoder: any AnswerEncoder, clock: any ProviderClock) {
        self.store = store
        self.encoder = encoder
        self.clock = clock
    }

    /// Makes an order.
    ///
    /// - Throws: ``GatewayError`` for an idempotency key that is in use or was used with another request.
    package func create(_ order: NewOrder, _ request: CallerContext) async throws -> GatewayAnswer {
        let now = clock.now()
        return try await store.write { writer in
            if let earlier = try Idempotency.earlierAnswer(to: request, encoder: encoder, in: writer) { return earlier }
            let made = try writer.insertOrder(order, at: now)
            return try Idempotency.store(.orderCreated(made), for: request, encoder: encoder, at: now, in: writer)
        }
    }

    /// An order.
    ///
    /// - Throws: ``GatewayError/Code/notFound``.
    package func order(_ id: Int64, for principal: Principal) async throws -> Order {
        try await store.read { reader in
            guard let order = try reader.order(id), principal.maySee(ownedBy: order.userID) else {
                throw GatewayError.notFound("order")
            }
            return order
        }
    }

    /// A page of the orders that the caller may see, newest first.
    package func orders(_ query: OrderQuery, for principal: Principal) async throws -> [Order] {
        var query = query
        if !principal.isAdmin { query.userID = principal.subject }
        let bounded = query
        return try await store.read { try $0.orders(bounded) }
    }
}
