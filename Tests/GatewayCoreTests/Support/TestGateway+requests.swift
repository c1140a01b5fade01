import GatewayCore
import GatewayLifecycle
import ProviderAPI
import ProviderTestKit
import Testing

/// The owner of the orders, and an admin.
let owner = Principal(subject: "42", isAdmin: false)
let admin = Principal(subject: "1", isAdmin: true)

/// A request of somebody, with an idempotency key or without one.
func request(
    _ principal: Principal = admin, id: String = "req-1", key: String? = nil, fingerprint: String = "same"
) -> CallerContext {
    CallerContext(
        principal: principal, requestID: id,
        idempotency: key.map {
            IdempotencyClaim(reference: IdempotencyReference(owner: principal.subject, key: $0), fingerprint: fingerprint)
        }
    )
}

extension TestGateway {
    /// A new order of the owner.
    func order(_ cents: Int64 = 10_000, user: GatewayCore.Subject = "42") async throws -> Order {
        let now = clock.now()
        return try await store.write { try $0.insertOrder(NewOrder(userID: user, amount: usd(cents)), at: now) }
    }

    /// Creates a payment intent for an order.
    func create(
        _ order: Order, _ caller: CallerContext = request(), capture: CaptureMethod = .automatic, provider: String? = nil
    ) async throws -> GatewayAnswer {
        var command = CreatePaymentCommand(orderID: order.id, amount: order.amount)
        command.captureMethod = capture
        command.provider = provider
        return try await flow.create(command, caller)
    }

    func confirm(_ intent: String, _ caller: CallerContext = request()) async throws -> GatewayAnswer {
        try await execute(.confirm(paymentMethod: "pm_card", returnURL: nil), on: intent, caller)
    }

    func capture(_ intent: String, amount: String? = nil, _ caller: CallerContext = request()) async throws -> GatewayAnswer {
        try await execute(.capture(amount: amount), on: intent, caller)
    }

    func cancel(_ intent: String, _ caller: CallerContext = request()) async throws -> GatewayAnswer {
        try await execute(.cancel(reason: nil), on: intent, caller)
    }

    func refund(_ intent: String, amount: String? = nil, _ caller: CallerContext = request()) async throws -> GatewayAnswer {
        try await execute(.refund(amount: amount, reason: nil, metadata: [:]), on: intent, caller)
    }

    func execute(_ command: PaymentCommand, on intent: String, _ caller: CallerContext) async throws -> GatewayAnswer {
        try await flow.execute(command, on: IntentReference(id: intent), caller)
    }

    /// Does to a payment what operations of a kind do, on 40.00 for a refund.
    func perform(
        _ kind: GatewayCore.Operation.Kind, on subject: Subject, _ caller: CallerContext = request()
    ) async throws -> GatewayAnswer {
        switch kind {
        case .create: try await create(subject.order, caller)
        case .confirm: try await confirm(subject.intent, caller)
        case .capture: try await capture(subject.intent, caller)
        case .cancel: try await cancel(subject.intent, caller)
        case .refund: try await refund(subject.intent, amount: "40.00", caller)
        }
    }

    /// An order over 100.00 and its intent. Before a creation there is none yet.
    struct Subject: Sendable {
        var order: Order
        var intent: String = ""
    }

    /// An order in the state in which an operation of the kind makes sense.
    func subject(for kind: GatewayCore.Operation.Kind) async throws -> Subject {
        switch kind {
        case .create: Subject(order: try await order())
        case .confirm, .cancel: try await created()
        case .capture: try await authorised()
        case .refund: try await paid()
        }
    }

    /// A payment that waits for a payment method.
    func created(capture: CaptureMethod = .automatic) async throws -> Subject {
        let order = try await order()
        try #require(try await create(order, capture: capture).status == 201)
        return Subject(order: order, intent: try #require(try await transaction(of: order).paymentIntentID))
    }

    /// A payment that waits for its capture.
    func authorised() async throws -> Subject {
        let subject = try await created(capture: .manual)
        try #require(try await confirm(subject.intent).status == 200)
        return subject
    }

    /// A payment of 100.00 that is paid.
    func paid() async throws -> Subject {
        let subject = try await created()
        try #require(try await confirm(subject.intent).status == 200)
        return subject
    }
}

/// The HTTP status of an answer, refusals that were thrown before anything was written included.
func status(of work: () async throws -> GatewayAnswer) async throws -> Int {
    do {
        return try await work().status
    } catch let error as GatewayError {
        return error.httpStatus
    }
}
