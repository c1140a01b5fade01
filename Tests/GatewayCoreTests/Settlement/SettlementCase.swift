import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

/// One line of the table of outcomes: what the provider says to an operation, and what is then in the books.
struct SettlementCase: Sendable, CustomTestStringConvertible {
    var name: String
    var kind: GatewayCore.Operation.Kind
    var step: ScriptedService.Step
    var operation: GatewayCore.Operation.State
    var books: Books
    var status: Int
    /// The last line of the history.
    var line: String

    var testDescription: String { "\(kind.rawValue): \(name)" }

    init(
        _ kind: GatewayCore.Operation.Kind, _ name: String, _ step: ScriptedService.Step,
        _ operation: GatewayCore.Operation.State, _ books: Books, _ status: Int, line: String
    ) {
        self.kind = kind
        self.name = name
        self.step = step
        self.operation = operation
        self.books = books
        self.status = status
        self.line = "\(kind.rawValue).\(line)"
    }
}

extension SettlementCase {
    /// The reasons for a rejection and the status that each is answered with.
    static let rejections: [(Rejection.Reason, Int)] = [
        (.invalidRequest, 422), (.authentication, 502), (.notFound, 422), (.invalidState, 409), (.unsupported, 422),
    ]

    /// A failure without an answer.
    static let failure = CallFailure("the connection was refused")

    /// A decline, with the intent or without.
    static func decline(_ intent: PaymentIntent? = nil) -> ProviderError {
        var decline = Decline(code: "card_declined", message: "The card was declined.")
        decline.declineCode = "insufficient_funds"
        decline.paymentIntent = intent
        return .declined(decline)
    }

    /// A rejection, with the intent or without.
    static func rejection(_ reason: Rejection.Reason, _ intent: PaymentIntent? = nil) -> ProviderError {
        var rejection = Rejection(reason, message: "The provider refuses it.")
        rejection.paymentIntent = intent
        return .rejected(rejection)
    }

    /// The first intent of the scripted provider, in a status.
    static func intent(_ status: PaymentIntent.Status, captured: Int64 = 0) -> PaymentIntent {
        var intent = PaymentIntent(id: "pi_1", status: status, amount: usd(10_000))
        intent.amountCaptured = captured
        return intent
    }

    /// What stands in the books where the provider shows an intent in a status.
    static func booked(_ status: PaymentIntent.Status) -> Books {
        switch status {
        case .requiresPaymentMethod: Books(status: .requiresPaymentMethod, order: .pending)
        case .requiresConfirmation: Books(status: .requiresConfirmation, order: .pending)
        case .requiresAction: Books(status: .requiresAction, order: .pending)
        case .requiresCapture: Books(status: .requiresCapture, order: .pending)
        case .canceled: Books(status: .canceled, order: .canceled)
        case .succeeded: Books(status: .succeeded, order: .completed, captured: 10_000)
        default: Books(status: .processing, order: .pending)
        }
    }

    static let statuses: [PaymentIntent.Status] = [
        .requiresPaymentMethod, .requiresConfirmation, .requiresAction, .processing, .requiresCapture, .canceled, .succeeded,
    ]
}
