import GatewayCore
import Hummingbird
import ProviderAPI

/// The routes of payments: decode, call, encode.
struct PaymentRoutes: Sendable {
    let flow: PaymentFlow
    let queries: PaymentQueries
    let bodies: ResponseBodies
    /// Whether a command needs the header `Idempotency-Key`.
    let requiresIdempotencyKey: Bool

    // MARK: Commands

    @Sendable func create(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        let body = try await request.body()
        let command = try CreatePaymentCommand(try await request.object(in: body, mayBeEmpty: false))
        return .answer(try await flow.create(command, try mutation(request, body)))
    }

    @Sendable func confirm(_ request: GatewayRequest) async throws -> Response {
        try await execute(request, decode: PaymentCommand.decodingConfirmation)
    }

    @Sendable func capture(_ request: GatewayRequest) async throws -> Response {
        try await execute(request, decode: PaymentCommand.decodingCapture)
    }

    @Sendable func cancel(_ request: GatewayRequest) async throws -> Response {
        try await execute(request, decode: PaymentCommand.decodingCancellation)
    }

    @Sendable func refund(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        let amount = query.string("amount")
        return try await execute(request, query) { body in try PaymentCommand.decodingRefund(amount: amount, body) }
    }

    private func execute(
        _ request: GatewayRequest, _ query: QueryReader? = nil, decode: ([String: JSONValue]) throws -> PaymentCommand
    ) async throws -> Response {
        var query = query ?? request.query
        let intent = try request.intent(&query)
        try query.finish()
        let body = try await request.body()
        let command = try decode(try await request.object(in: body, mayBeEmpty: true))
        return .answer(try await flow.execute(command, on: intent, try mutation(request, body)))
    }

    private func mutation(_ request: GatewayRequest, _ body: ReceivedBody) throws -> CallerContext {
        let mutation = try request.mutation(body: body)
        guard requiresIdempotencyKey, mutation.idempotency == nil else { return mutation }
        throw GatewayError(
            .malformedRequest,
            "The header Idempotency-Key is missing, and this gateway requires it for payments. Send a value of your own for each "
                + "operation, such as a UUID, and the same value with each repeat.")
    }

    // MARK: Queries

    @Sendable func transaction(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        let transaction = try await queries.transaction(try request.id("id", of: "transaction"), for: try request.principal)
        return .json(bodies.transaction(transaction))
    }

    @Sendable func list(_ request: GatewayRequest) async throws -> Response {
        var query = try TransactionQuery(request.query)
        let limit = query.limit
        query.limit += 1
        let rows = try await queries.transactions(query, for: try request.principal)
        let page =
            switch query.sortKey {
            case .createdAt: Page(rows, limit: limit) { PageCursor.text(after: $0.id) }
            case .updatedAt: Page(rows, limit: limit) { PageCursor.text(after: .init(updatedAt: $0.updatedAt, id: $0.id)) }
            }
        return .json(bodies.transactions(page))
    }

    @Sendable func history(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        try query.finish()
        let id = try request.id("id", of: "transaction")
        let (transaction, entries) = try await queries.history(transactionID: id, for: try request.principal)
        return .json(bodies.history(entries, in: transaction.amount.currency))
    }

    @Sendable func refreshed(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        let intent = try request.intent(&query)
        try query.finish()
        let transaction = try await queries.refreshed(
            intent, for: try request.principal, requestID: request.context.requestID, traceparent: request.traceparent
        )
        return .json(bodies.transaction(transaction))
    }

    @Sendable func refunds(_ request: GatewayRequest) async throws -> Response {
        var query = request.query
        let intent = try request.intent(&query)
        try query.finish()
        return .json(bodies.refunds(try await queries.refunds(of: intent, for: try request.principal)))
    }
}
