import GatewayLifecycle
import Logging
import Metrics

/// Collects log lines and metrics inside a transaction. They are emitted once it is committed, because a unit of work can run twice.
final class LifecycleSignals {
    /// What happened to one payment.
    struct Signal: Sendable {
        let payment: Int64
        let provider: String
        let alerts: [Alert]
        let events: [LifecycleEvent]
        let review: PaymentReview?
    }

    /// All that was collected.
    private(set) var all: [Signal] = []

    func add(_ evolution: Evolution, of row: PaymentTransaction) {
        guard !evolution.events.isEmpty || !evolution.alerts.isEmpty else { return }
        all.append(
            Signal(
                payment: row.id, provider: row.provider, alerts: evolution.alerts, events: evolution.events, review: row.review))
    }
}

extension [LifecycleSignals.Signal] {
    /// Writes a log line for each alert, and counts alerts and events.
    ///
    /// - Parameter metadata: what each line holds beside the payment and its provider.
    func emit(to logger: Logger, metadata: Logger.Metadata = [:]) {
        for signal in self {
            for event in signal.events {
                Counter(label: "gateway_lifecycle_events_total", dimensions: [("event", event.rawValue)]).increment()
            }
            for alert in signal.alerts { emit(alert, of: signal, to: logger, metadata) }
        }
    }

    private func emit(_ alert: Alert, of signal: LifecycleSignals.Signal, to logger: Logger, _ metadata: Logger.Metadata) {
        Counter(label: "gateway_lifecycle_alerts_total", dimensions: [("alert", alert.rawValue)]).increment()
        var metadata = metadata
        metadata["transaction"] = .stringConvertible(signal.payment)
        metadata["provider"] = .string(signal.provider)
        if alert == .reviewOpened, let review = signal.review {
            Counter(label: "gateway_reviews_opened_total", dimensions: [("code", review.discrepancy.code.rawValue)]).increment()
            metadata["code"] = .string(review.discrepancy.code.rawValue)
            metadata["cause"] = .string(review.detail)
        }
        logger.log(level: alert.level, alert.message, metadata: metadata)
    }
}

extension Alert {
    /// The level of the log line.
    fileprivate var level: Logger.Level {
        switch self {
        case .reviewOpened, .declarationContradicted: .critical
        case .refundFailedAfterSuccess, .disputeLost: .error
        case .disputeOpened, .authorizationLapsed: .warning
        case .disputeClosed: .notice
        }
    }

    fileprivate var message: Logger.Message {
        switch self {
        case .reviewOpened: "A payment needs a person's decision."
        case .declarationContradicted: "The provider contradicts what an operator declared."
        case .refundFailedAfterSuccess: "A refund failed after it had succeeded."
        case .disputeOpened: "A payment is disputed."
        case .disputeLost: "A dispute is lost."
        case .disputeClosed: "A dispute has ended."
        case .authorizationLapsed: "An authorized payment was canceled without a request of the gateway."
        }
    }
}
