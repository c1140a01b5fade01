import GatewayLifecycle
import Logging
import Metrics
import ProviderAPI

/// Calls the provider for an operation that is on disk, and writes its outcome: steps 2 and 3 of the payment flow, the same for a request and
/// for whoever takes an operation over later.
struct OperationRunner: Sendable {
    private(set) var store: any GatewayStore
    let supervisor: FlowSupervisor
    let encoder: any AnswerEncoder
    let clock: any ProviderClock
    let logger: Logger
    let lifecycle: Lifecycle

    /// How long an operation belongs to whoever calls the provider for it. Longer than any call.
    static let lease = Duration.seconds(60)
    /// How long a provider may take.
    static let deadline = Duration.seconds(20)

    /// The same with another view of the store.
    func writing(to store: any GatewayStore) -> OperationRunner {
        var runner = self
        runner.store = store
        return runner
    }

    /// What a provider said to an operation.
    indirect enum Answer: Sendable, Hashable {
        case intent(PaymentIntent)
        case refund(Refund)
    }

    /// Calls the provider once, for the client that waits, and writes the outcome.
    func run(
        _ operation: Operation, on transaction: PaymentTransaction, at provider: Provider, traceparent: String? = nil
    ) async -> GatewayAnswer {
        let outcome = await call(operation, at: provider, for: .client, traceparent: traceparent)
        return await resolve(operation, on: transaction, Attempt(outcome))
    }

    /// Calls the provider once, with the operation's own key.
    func call(
        _ operation: Operation, at provider: Provider, for account: ProviderCalls.Account = .gateway, traceparent: String? = nil
    ) async -> Result<Answer, ProviderError> {
        var context = CallContext(deadline: .now + Self.deadline, requestID: operation.requestID)
        context.traceparent = traceparent
        let identity = operation.identity(installation: store.installation)
        let started = ContinuousClock.now
        let outcome: Result<Answer, ProviderError>
        do throws(ProviderError) {
            let answer = try await supervisor.ask(provider, for: account) { [context] () async throws(ProviderError) in
                try await Self.send(operation.request, as: identity, in: context, to: provider.service)
            }
            outcome = .success(answer)
        } catch {
            outcome = .failure(error)
        }
        let dimensions = [("provider", provider.name), ("operation", operation.kind.rawValue), ("outcome", outcome.label)]
        Timer(label: "gateway_provider_call_seconds", dimensions: dimensions).record(duration: .now - started)
        logger.info(
            "Provider called.",
            metadata: [
                "provider": .string(provider.name), "operation": .string(operation.kind.rawValue),
                "operation_id": .stringConvertible(operation.id), "outcome": .string(outcome.label),
                "provider_request_id": .string(outcome.providerRequestID ?? "-"), "request_id": .string(operation.requestID),
            ]
        )
        if case .failure(.rejected(let rejection)) = outcome, rejection.reason == .authentication {
            // Its words are left out: they may quote a key.
            logger.error(
                "A provider refuses the gateway's credentials: check its settings.",
                metadata: ["provider": "\(provider.name)", "provider_request_id": "\(rejection.requestID ?? "-")"]
            )
        }
        return outcome
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
        let outcome: CallOutcome =
            switch self {
            case .success: .completed
            case .failure(.declined): .declined
            case .failure(.rejected): .rejected
            case .failure(.notSent): .notSent
            case .failure: .unknown
            }
        return outcome.rawValue
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
