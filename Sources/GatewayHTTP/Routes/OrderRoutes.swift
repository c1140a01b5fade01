import GatewayCore
import Hummingbird

/// The routes of orders: decode, call, encode.
struct OrderRoutes: Sendable {
    let orders: OrderBook
    let bodies: ResponseBodies

    @Sendable func create(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        let body = try await request.body()
        let order = try NewOrder(try await request.object(in: body, mayBeEmpty: false), for: try request.principal)
        return .answer(try await orders.create(order, try request.mutation(body: body)))
    }

    @Sendable func get(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        return .json(bodies.order(try await orders.order(try request.id("id", of: "order"), for: try request.principal)))
    }

    @Sendable func list(_ request: GatewayRequest) async throws -> Response {
        var query = try OrderQuery(request.query)
        let limit = query.limit
        query.limit += 1
        let rows = try await orders.orders(query, for: try request.principal)
        return .json(bodies.orders(Page(rows, limit: limit) { PageCursor.text(after: $0.id) }))
    }
}
