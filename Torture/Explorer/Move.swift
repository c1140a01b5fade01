package import GatewayLifecycle

/// One step of a world.
package enum Move: Sendable, Hashable {
    // MARK: Clients

    case create
    case confirm(Int)
    case capture(Int, Int64)
    case cancel(Int)
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
    case endLook(Int)
    /// The process crashes.
    case crash
    /// Some time passes: first beyond the window of confirmations, then beyond the memory of keys, then 72 hours.
    case passTime

    // MARK: Operators

    case declare(operation: Int64, succeeded: Bool, isForced: Bool)
    case accept(Int)
    case giveBack(Int)

    // MARK: The provider by itself

    case intent(Int, Act)
    case moveRefund(Int, RefundStatus)
    case refundElsewhere(Int, Int64)
    case openDispute(Int, DisputeStage)
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
        case limit
        /// It answers 500 and stores that under the key.
        case storeError
        /// It gives the stored answer.
        case replay
    }

    /// What becomes of an answer.
    package enum Delivery: UInt8, Sendable, Hashable {
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
        case atOnce
        case late
        case never
    }

    /// What an intent does by itself.
    package enum Act: UInt8, Sendable, Hashable {
        case isPaid
        case fails
        case asksPayer
        case isCanceled
        case expires
        case isPaidAfterCancel
        case isPaidLess
        case changesAmount
        case changesCurrency
        case takesCaptureBack
        case givesCaptureAgain
        case reportsWrongAmount
        case reportsRelease
    }

    /// One object in a webhook.
    package enum Report: Sendable, Hashable {
        case intent(Int, IntentStatus, hasOtherAmount: Bool)
        case refund(Int, RefundStatus)
        case dispute(Int, DisputeStage)
        case release
    }
}
