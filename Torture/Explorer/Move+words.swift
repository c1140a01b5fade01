import GatewayLifecycle

/// A move in words, as a history prints it.
extension Move: CustomStringConvertible {
    package var description: String {
        switch self {
        case .create: "the client creates a payment"
        case .confirm(let index): "the client confirms payment \(Self.name(index))"
        case .capture(let index, let amount): "the client captures \(amount) of payment \(Self.name(index))"
        case .cancel(let index): "the client cancels payment \(Self.name(index))"
        case .refund(let index, let amount): "the client refunds \(amount) of payment \(Self.name(index))"
        case .call(let operation, let effect, let delivery):
            "the \(Self.name(of: operation)) is called: \(effect.words), \(delivery.words)"
        case .arrive(let operation): "what was under way for the \(Self.name(of: operation)) arrives"
        case .lose(let operation): "what was under way for the \(Self.name(of: operation)) gets lost"
        case .arriveLate: "the delayed request arrives at the provider"
        case .recover(let operation, .atOnce): "recovery looks up the \(Self.name(of: operation)), and calls again if it may"
        case .recover(let operation, .late): "recovery begins to look up the \(Self.name(of: operation))"
        case .recover(let operation, .never):
            "recovery looks up the \(Self.name(of: operation)), and the provider does not answer"
        case .report(let report): "a webhook is delivered: \(report.words)"
        case .look(let index): "the gateway fetches payment \(Self.name(index)) and applies it"
        case .beginLook(let index): "the gateway fetches payment \(Self.name(index))"
        case .endLook(let index): "the gateway applies what it fetched of payment \(Self.name(index))"
        case .crash: "the process crashes"
        case .passTime: "time passes"
        case .declare(let operation, let succeeded, let isForced):
            "an operator declares the \(Self.name(of: operation)) \(succeeded ? "done" : "failed")\(isForced ? ", with force" : "")"
        case .accept(let index): "an operator accepts the discrepancy of payment \(Self.name(index))"
        case .giveBack(let index): "an operator gives payment \(Self.name(index)) back"
        case .intent(let index, let act): "at the provider, intent \(ModelProvider.intentIDs[index]) \(act.words)"
        case .moveRefund(let place, let status):
            "at the provider, refund \(ModelProvider.refundIDs[place]) becomes \(status.rawValue)"
        case .refundElsewhere(let index, let amount): "somebody refunds \(amount) of payment \(Self.name(index)) at the provider"
        case .openDispute(let index, let stage): "a dispute of payment \(Self.name(index)) begins: \(stage)"
        case .moveDispute(let place, let stage): "dispute \(ModelProvider.disputeIDs[place]) becomes \(stage)"
        }
    }

    private static func name(_ index: Int) -> String { index == 0 ? "A" : "B" }

    private static func name(of operation: Int64) -> String {
        let kind = World.kind(of: operation)
        let number = operation % 8 == 5 ? "second " : ""
        return "\(number)\(kind.rawValue) of payment \(name(World.payment(of: operation)))"
    }
}

extension Move.Effect {
    fileprivate var words: String {
        switch self {
        case .nothing: "nothing reaches the provider"
        case .succeed: "the provider does it"
        case .process: "the provider works on it"
        case .askPayer: "the provider asks the payer to act"
        case .declineWithIntent: "the provider declines and shows the intent"
        case .decline: "the provider declines"
        case .captureLess: "the provider captures one unit less"
        case .fail: "the provider makes a refund that fails"
        case .refuse: "the provider refuses"
        case .refuseWithIntent: "the provider refuses and shows the intent"
        case .denyAccess: "the provider answers 401"
        case .storeError: "the provider answers 500 and stores it under the key"
        case .replay: "the provider gives the stored answer again"
        }
    }
}

extension Move.Delivery {
    fileprivate var words: String {
        switch self {
        case .answered: "and the answer arrives"
        case .lost: "and no answer arrives"
        case .late: "and the answer is under way"
        case .notSent: "and no byte has left"
        case .delayed: "and the request is still on its way"
        }
    }
}

extension Move.Act {
    fileprivate var words: String {
        switch self {
        case .isPaid: "is paid"
        case .fails: "is declined"
        case .asksPayer: "asks the payer to act"
        case .isCanceled: "is canceled by the provider"
        case .expires: "expires"
        case .isPaidAfterCancel: "is paid although it was canceled"
        case .isPaidLess: "is paid with one unit only"
        case .changesAmount: "changes its amount"
        case .changesCurrency: "changes its currency"
        case .takesCaptureBack: "is canceled although it was captured"
        case .givesCaptureAgain: "is captured again"
        case .reportsWrongAmount: "is reported with a wrong amount"
        case .reportsRelease: "has the release of an authorization reported as a refund"
        }
    }
}

extension Move.Report {
    fileprivate var words: String {
        switch self {
        case .intent(let index, let status, let hasOtherAmount):
            "intent \(ModelProvider.intentIDs[index]) is \(status)\(hasOtherAmount ? ", with another amount" : "")"
        case .refund(let place, let status): "refund \(ModelProvider.refundIDs[place]) is \(status.rawValue)"
        case .dispute(let place, let stage): "dispute \(ModelProvider.disputeIDs[place]) is \(stage)"
        case .release: "the release of an authorization, as a refund"
        }
    }
}
