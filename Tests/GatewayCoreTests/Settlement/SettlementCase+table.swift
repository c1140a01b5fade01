import GatewayCore
import GatewayLifecycle
import ProviderAPI

extension SettlementCase {
    private static let declineWithIntent = decline(intent(.requiresPaymentMethod))
    private static let attemptFailed = intent(.requiresPaymentMethod).declined()
    private static let alreadyPaid = rejection(.invalidState, intent(.succeeded, captured: 10_000))
    private static let alreadyCanceled = rejection(.invalidState, intent(.canceled))

    private static let untried = Books(status: .canceled, order: .pending)
    private static let failed = Books(status: .failed, order: .failed)
    private static let processing = Books(status: .processing, order: .pending)
    private static let paid = Books(status: .succeeded, order: .completed, captured: 10_000)

    static let creations: [SettlementCase] =
        statuses.map {
            SettlementCase(.create, "completed \($0.rawValue)", .act($0), .succeeded, booked($0), 201, line: "succeeded")
        }
        + rejections.map {
            SettlementCase(.create, "rejected \($0.0.rawValue)", .fail(rejection($0.0)), .failed, untried, $0.1, line: "rejected")
        }
        + [
            .init(.create, "declined", .fail(decline()), .failed, untried, 402, line: "declined"),
            .init(.create, "declined with the intent", .fail(declineWithIntent), .failed, failed, 402, line: "declined"),
            .init(.create, "not sent", .fail(.notSent(failure)), .failed, untried, 503, line: "not_sent"),
            .init(.create, "unknown", .fail(.unknown(failure)), .unknown, processing, 202, line: "unknown"),
        ]

    static let confirmations: [SettlementCase] =
        statuses.filter { $0 != .canceled }.map {
            SettlementCase(.confirm, "completed \($0.rawValue)", .act($0), .succeeded, booked($0), 200, line: "succeeded")
        }
        + rejections.map {
            SettlementCase(
                .confirm, "rejected \($0.0.rawValue)", .fail(rejection($0.0)), .failed, booked(.requiresPaymentMethod), $0.1,
                line: "rejected"
            )
        }
        + [
            .init(
                .confirm, "completed, but the provider has canceled", .act(.canceled), .failed, booked(.canceled), 409,
                line: "rejected"
            ),
            .init(.confirm, "declined", .fail(decline()), .failed, failed, 402, line: "declined"),
            .init(.confirm, "completed with the attempt's failure", .show(attemptFailed), .failed, failed, 402, line: "declined"),
            .init(.confirm, "rejected because it is paid", .fail(alreadyPaid), .failed, paid, 409, line: "rejected"),
            .init(.confirm, "not sent", .fail(.notSent(failure)), .failed, booked(.requiresPaymentMethod), 503, line: "not_sent"),
            .init(.confirm, "unknown", .fail(.unknown(failure)), .unknown, processing, 202, line: "unknown"),
        ]

    static let captures: [SettlementCase] =
        rejections.map {
            SettlementCase(
                .capture, "rejected \($0.0.rawValue)", .fail(rejection($0.0)), .failed, booked(.requiresCapture), $0.1,
                line: "rejected"
            )
        }
        + [
            .init(.capture, "completed", .act(), .succeeded, paid, 200, line: "succeeded"),
            .init(.capture, "completed processing", .act(.processing), .succeeded, processing, 200, line: "succeeded"),
            .init(
                .capture, "completed, but the provider has canceled", .act(.canceled), .failed, booked(.canceled), 409,
                line: "rejected"
            ),
            .init(.capture, "declined", .fail(decline()), .failed, booked(.requiresCapture), 402, line: "declined"),
            .init(
                .capture, "rejected because it is canceled", .fail(alreadyCanceled), .failed, booked(.canceled), 409,
                line: "rejected"
            ),
            .init(.capture, "not sent", .fail(.notSent(failure)), .failed, booked(.requiresCapture), 503, line: "not_sent"),
            .init(.capture, "unknown", .fail(.unknown(failure)), .unknown, processing, 202, line: "unknown"),
        ]

    static let cancellations: [SettlementCase] = rejectedCancellations + otherCancellations

    private static let rejectedCancellations: [SettlementCase] =
        rejections.map {
            SettlementCase(
                .cancel, "rejected \($0.0.rawValue)", .fail(rejection($0.0)), .failed, booked(.requiresPaymentMethod), $0.1,
                line: "rejected"
            )
        }

    private static let otherCancellations: [SettlementCase] = [
        .init(.cancel, "completed", .act(), .succeeded, booked(.canceled), 200, line: "succeeded"),
        // The provider has accepted it, and may still charge the payer.
        .init(.cancel, "completed processing", .act(.processing), .unknown, processing, 202, line: "unknown"),
        .init(.cancel, "completed, but the provider has captured", .act(.succeeded), .failed, paid, 409, line: "rejected"),
        .init(
            .cancel, "rejected because the provider has captured", .fail(alreadyPaid), .failed, paid, 409, line: "rejected"),
        .init(.cancel, "not sent", .fail(.notSent(failure)), .failed, booked(.requiresPaymentMethod), 503, line: "not_sent"),
        .init(.cancel, "unknown", .fail(.unknown(failure)), .unknown, processing, 202, line: "unknown"),
    ]

    static let refunds: [SettlementCase] =
        rejections.map {
            SettlementCase(.refund, "rejected \($0.0.rawValue)", .fail(rejection($0.0)), .failed, paid, $0.1, line: "rejected")
        }
        + [Refund.Status.pending, .requiresAction].map {
            SettlementCase(.refund, "completed \($0.rawValue)", .refund($0), .succeeded, reserved, 200, line: $0.rawValue)
        }
        + [Refund.Status.failed, .canceled].map {
            SettlementCase(.refund, "completed \($0.rawValue)", .refund($0), .failed, paid, 422, line: $0.rawValue)
        }
        + [
            .init(
                .refund, "completed succeeded", .refund(.succeeded), .succeeded,
                Books(status: .partiallyRefunded, order: .partiallyRefunded, captured: 10_000, refunded: 4000), 200,
                line: "succeeded"
            ),
            .init(.refund, "declined", .fail(decline()), .failed, paid, 402, line: "declined"),
            .init(.refund, "not sent", .fail(.notSent(failure)), .failed, paid, 503, line: "not_sent"),
            .init(.refund, "unknown", .fail(.unknown(failure)), .unknown, reserved, 202, line: "unknown"),
        ]

    private static let reserved = Books(status: .succeeded, order: .completed, captured: 10_000, reserved: 4000)
}
