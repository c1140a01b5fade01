package import GatewayLifecycle

/// One step of a world.
package enum Move: Sendable, Hashable {
    // MARK: Clients

    /// A client asks for a payment of the order.
    case create
    /// A client confirms a payment.
    case confirm(Int)
    /// A client captures an amount.
    case capture(Int, Int64)
    /// A client cancels a payment.
    case cancel(Int)
    /// A client refunds an amount.
    case refund(Int, Int64)

    // MARK: Calls

    /// The provider gets a call, and the answer does or does not come back.
    case call(operation: Int64, Effect, Delivery)
    /// An answer or a look-up that was under way arrives.
    case arrive(operation: Int64)
    /// It never arrives.
    case lose(operation: Int64)
    /// A request that was on its way for long arrives at the provider.
    case arriveLate

    // MARK: The gateway

    /// Recovery takes an operation over and looks for its trace; then it may call again.
    case recover(operation: Int64, Answering)
    /// A webhook is delivered.
    case report(Report)
    /// The gateway fetches a payment's objects and applies them.
    case look(Int)
    /// The gateway fetches a payment's intent, and applies it later.
    case beginLook(Int)
    /// The gateway applies what it fetched.
    case endLook(Int)
    /// The process crashes.
    case crash
    /// Some time passes: first beyond the window of confirmations, then beyond the memory of keys, then 72 hours.
    case passTime

    // MARK: Operators

    /// An operator declares an operation's outcome.
    case declare(operation: Int64, succeeded: Bool, isForced: Bool)
    /// An operator accepts the open discrepancy.
    case accept(Int)
    /// An operator gives everything back.
    case giveBack(Int)

    // MARK: The provider by itself

    /// An intent changes.
    case intent(Int, Act)
    /// A refund changes.
    case moveRefund(Int, RefundStatus)
    /// Somebody refunds an amount at the provider.
    case refundElsewhere(Int, Int64)
    /// A dispute begins.
    case openDispute(Int, DisputeStage)
    /// A dispute changes.
    case moveDispute(Int, DisputeStage)

    /// What a provider does with a call.
    package enum Effect: UInt8, Sendable, Hashable {
        /// Nothing: the request does not reach it.
        case nothing
        /// What was asked.
        case succeed
        /// It works on it.
        case process
        /// It asks the payer to act.
        case askPayer
        /// It declines, with the intent in the answer.
        case declineWithIntent
        /// It declines, without the intent.
        case decline
        /// It captures one unit less.
        case captureLess
        /// It makes the refund, which fails at once.
        case fail
        /// It refuses for a reason that the object's state gives.
        case refuse
        /// It refuses, with the intent in the answer.
        case refuseWithIntent
        /// It refuses before it looks at the key.
        case denyAccess
        /// It answers 500 and stores that under the key.
        case storeError
        /// It gives the stored answer.
        case replay
    }

    /// What becomes of an answer.
    package enum Delivery: UInt8, Sendable, Hashable {
        /// The gateway gets it at once.
        case answered
        /// The gateway does not get it.
        case lost
        /// It is under way.
        case late
        /// No byte of the request left.
        case notSent
        /// The request is still on its way when the call ends.
        case delayed
    }

    /// How a look-up goes.
    package enum Answering: UInt8, Sendable, Hashable {
        /// The provider answers at once.
        case atOnce
        /// The answer is under way.
        case late
        /// The provider does not answer.
        case never
    }

    /// What an intent does by itself.
    package enum Act: UInt8, Sendable, Hashable {
        /// The payer pays.
        case isPaid
        /// The attempt to pay fails.
        case fails
        /// The payer has to act.
        case asksPayer
        /// The provider cancels it.
        case isCanceled
        /// The provider no longer knows it.
        case expires
        /// It is shown as paid after it was canceled.
        case isPaidAfterCancel
        /// One unit is captured.
        case isPaidLess
        /// It is shown with another amount, or with the right one again.
        case changesAmount
        /// It is shown in another currency, or in the right one again.
        case changesCurrency
        /// It is shown as canceled after it was captured.
        case takesCaptureBack
        /// It is shown as captured again.
        case givesCaptureAgain
        /// A report with a wrong amount is made.
        case reportsWrongAmount
        /// A report shows the release of the authorization as a refund.
        case reportsRelease
    }

    /// One object in a webhook.
    package enum Report: Sendable, Hashable {
        /// An intent as it was when it had this status.
        case intent(Int, IntentStatus, hasOtherAmount: Bool)
        /// A refund as it was when it had this status.
        case refund(Int, RefundStatus)
        /// A dispute as it was at this stage.
        case dispute(Int, DisputeStage)
        /// The release of an authorization, shown as a refund.
        case release
    }
}
