import Logging
import Metrics
import ProviderAPI

/// Calls the provider for an operation that is on disk, and settles it: steps 2 and 3 of the payment flow, the same for a request and
/// for whoever takes an operation over later.
struct OperationRunner: Sendable {
    let store: any GatewayStore
    let supervisor: FlowSupervisor
    let encoder: any AnswerEncoder
    let clock: any ProviderClock
    let logger: Logger

    /// How long an operation belongs to whoever calls the provider for it. Longer than any call.
    static let lease = Duration.seconds(60)
    /// How long a provider may take.
    static let deadline = Duration.seconds(20)
    /// How long a provider that does not keep to the deadline is waited for beyond it.
    static let grace = Duration.seconds(2)

    /// What a provider said to an operation.
    enum Answer: Sendable, Hashable {
        case intent(PaymentIntent)
        case refund(Refund)
    }

    /// Calls the provider once and settles the operation.
    func run(
        _ operation: Operation, on transaction: PaymentTransaction, at provider: Provider, traceparent: String? = nil
    ) async throws -> GatewayAnswer {
        let outcome = await call(operation, at: provider, traceparent: traceparent)
        do {
            return try await settle(operation, outcome, provider: provider.name)
        } catch let error as StoreError {
            // The provider may have acted, and the books do not know: the operation stays open on disk as it is.
            logger.error(
                "The outcome of an operation could not be written; it stays open.",
                metadata: ["operation_id": "\(operation.id)", "error": "\(error)", "request_id": "\(operation.requestID)"]
            )
            return Idempotency.accepted(transaction, encoder: encoder, requestID: operation.requestID)
        }
    }

    /// Calls the provider once, with the operation's own key.
    func call(
        _ operation: Operation, at provider: Provider, traceparent: String? = nil
    ) async -> Result<Answer, ProviderError> {
        var context = CallContext(deadline: .now + Self.deadline, requestID: operation.requestID)
        context.traceparent = traceparent
        let identity = operation.identity(installation: store.installation)
        let started = ContinuousClock.now
        let outcome = await bounded { [context] in
            do throws(ProviderError) {
                return .success(try await Self.send(operation.request, as: identity, in: context, to: provider.service))
            } catch {
                return .failure(error)
            }
        }
        let dimensions = [("provider", provider.name), ("operation", operation.kind.rawValue), ("outcome", outcome.label)]
        Timer(label: "gateway_provider_call_seconds", dimensions: dimensions).record(duration: .now - started)
        logger.info(
            "Provider called.",
            metadata: [
                "provider": "\(provider.name)", "operation": "\(operation.kind.rawValue)", "operation_id": "\(operation.id)",
                "outcome": "\(outcome.label)", "provider_request_id": "\(outcome.providerRequestID ?? "-")",
                "request_id": "\(operation.requestID)",
            ]
        )
        return outcome
    }

    /// Waits for a provider until shortly after the deadline, whether or not it keeps to it. A call that goes on beyond is left to
    /// itself: its late answer finds nobody.
    private func bounded(
        _ call: @escaping @Sendable () async -> Result<Answer, ProviderError>
    ) async -> Result<Answer, ProviderError> {
        await withTaskGroup(of: Result<Answer, ProviderError>.self) { group in
            group.addTask {
                do {
                    return try await supervisor.perform(call)
                } catch is CancellationError {
                    return .failure(.unknown(CallFailure("the provider did not answer in time")))
                } catch {
                    return .failure(.notSent(CallFailure("the gateway is shutting down")))
                }
            }
            group.addTask {
                try? await Task.sleep(for: Self.deadline + Self.grace)
                return .failure(.unknown(CallFailure("the provider did not answer in time")))
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(.unknown(CallFailure("the provider did not answer in time")))
        }
    }

    private static func send(
        _ request: OperationRequest, as identity: OperationIdentity, in call: CallContext, to service: any PaymentService
    ) async throws(ProviderError) -> Answer {
        switch request {
        case .create(let request): .intent(try await service.createPaymentIntent(request, as: identity, in: call))
        case .confirm(let request): .intent(try await service.confirmPayment(request, as: identity, in: call))
        case .capture(let request): .intent(try await service.capturePayment(request, as: identity, in: call))
        case .cancel(let request): .intent(try await service.cancelPayment(request, as: identity, in: call))
        case .refund(let request): .refund(try await service.createRefund(request, as: identity, in: call))
        }
    }
}

extension Result where Success == OperationRunner.Answer, Failure == ProviderError {
    /// The outcome's name, for logs and metrics.
    var label: String {
        switch self {
        case .success: "completed"
        case .failure(.declined): "declined"
        case .failure(.rejected): "rejected"
        case .failure(.notSent): "not_sent"
        case .failure: "unknown"
        }
    }

    /// The provider's id of its request.
    var providerRequestID: String? {
        switch self {
        case .success(.intent(let intent)): intent.requestID
        case .success(.refund(let refund)): refund.requestID
        case .failure(.declined(let decline)): decline.requestID
        case .failure(.rejected(let rejection)): rejection.requestID
        case .failure(.notSent(let failure)), .failure(.unknown(let failure)): failure.requestID
        case .failure: nil
        }
    }
}
