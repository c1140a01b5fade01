import Foundation
import GatewayLifecycle

/// A history of an order: requests of clients, what calls came back with, webhooks, look-ups and operators' words. The provider
/// shows anything, consistent or not.
struct OrderHistory: GeneratedHistory {
    /// How an object was seen.
    enum Sighting: String, Sendable, CaseIterable { case reported, stale, fresh }

    /// What happens to an open operation.
    enum Action: Sendable, Hashable {
        case outcome(CallResult, Evidence)
        case overdue
        case lease
        case sendAgain(Elapsed)
        case declare(OperatorWord, LookUp?, isForced: Bool)
    }

    /// One step. The first number chooses the payment, and the second one the operation.
    enum Step: Sendable, Hashable {
        case create(Creation)
        case command(Int, Command)
        case onOperation(Int, Int, Action)
        case intent(Int, IntentSight, Sighting)
        case refunds(Int, RefundSights, Sighting)
        case dispute(Int, DisputeFacts)
    }

    let refundsDuplicates: Bool
    var steps: [Step]

    init(random: inout SplitMix64) {
        refundsDuplicates = random.once(in: 4)
        steps = [.create(Creation(isManualCapture: random.once(in: 3)))]
        for _ in 0..<(5 + random.below(35)) { steps.append(Self.step(&random)) }
    }

    /// Returns the walk along the history, with the rules that a test breaks.
    func walk(breaking mutants: LifecycleMutants = [], isTold: Bool = false) -> OrderWalk {
        var walk = OrderWalk(lifecycle: Lifecycle(refundsDuplicates: refundsDuplicates, mutants: mutants), isTold: isTold)
        for step in steps { walk.make(step) }
        return walk
    }

    var words: [String] { walk(isTold: true).words.map { $0.replacingOccurrences(of: "GatewayLifecycle.", with: "") } }

    private static func step(_ random: inout SplitMix64) -> Step {
        let payment = random.below(6)
        return switch random.below(20) {
        case 0...1: .create(Creation(isManualCapture: random.once(in: 3), chargesByItself: random.once(in: 8)))
        case 2...4: .command(payment, command(&random))
        case 5...11: .onOperation(payment, random.below(3), action(&random))
        case 12...15: .intent(payment, intent(&random), random.pick(Sighting.allCases))
        case 16...17:
            .refunds(
                payment, RefundSights((0..<random.below(3)).map { _ in refund(&random) }, isComplete: random.once(in: 2)),
                random.pick(Sighting.allCases))
        default: .dispute(payment, dispute(&random))
        }
    }

    private static func command(_ random: inout SplitMix64) -> Command {
        let amount: Int64? = random.once(in: 2) ? nil : Int64(random.pick([1, 300, 400, 600, 1000, 1500]))
        return switch random.below(9) {
        case 0...1: .confirm
        case 2: .capture(amount, .all)
        case 3: .cancel
        case 4...5: .refund(amount, .all)
        case 6: .accept(random.once(in: 3) ? nil : lookUp(&random))
        case 7: .giveBack(.all)
        default: .cancelSuperfluous
        }
    }

    private static func action(_ random: inout SplitMix64) -> Action {
        switch random.below(12) {
        case 0: return .overdue
        case 1: return .lease
        case 2:
            let elapsed = Elapsed(
                sinceRequest: .seconds(random.pick([1, 119, 121, 90_000])), keyMemory: .seconds(random.pick([0, 86_400])),
                crashCount: random.below(4))
            return .sendAgain(elapsed)
        case 3...4:
            let object: ObjectID? = random.once(in: 3) ? nil : random.pick(["pi_1", "pi_2", "re_1", "re_2"])
            let word: OperatorWord = random.once(in: 2) ? .failed : .succeeded(object)
            return .declare(word, random.once(in: 4) ? nil : lookUp(&random), isForced: random.once(in: 2))
        default:
            let evidence = Evidence(
                isKeyRemembered: random.once(in: 2), lookUpAfterRefusal: random.once(in: 3) ? nil : lookUp(&random),
                isLastCallOld: random.once(in: 2), isLookUpComplete: !random.once(in: 4))
            return .outcome(result(&random), evidence)
        }
    }

    private static func result(_ random: inout SplitMix64) -> CallResult {
        switch random.below(12) {
        case 0...3: .intent(intent(&random))
        case 4...5: .refund(refund(&random))
        case 6: .declined(random.once(in: 2) ? nil : intent(&random))
        case 7: .refused(random.pick(RefusalReason.allCases), random.once(in: 2) ? nil : intent(&random))
        case 8: .notSent
        case 9: .unknown
        default: .found(lookUp(&random))
        }
    }

    private static func lookUp(_ random: inout SplitMix64) -> LookUp {
        switch random.below(4) {
        case 0: .nothing
        case 1...2: .intent(intent(&random))
        default: .refunds((0..<random.below(3)).map { _ in refund(&random) })
        }
    }

    private static func intent(_ random: inout SplitMix64) -> IntentSight {
        let status = random.pick(IntentStatus.allCases + [.succeeded, .succeeded, .canceled, .requiresAction])
        let captured: Int64? = status == .succeeded && random.once(in: 3) ? random.pick([0, 400, 900, 1500]) : nil
        return IntentSight(
            id: random.once(in: 12) ? random.pick(["pi_2", "pi_3"]) : "pi_1", status: status,
            amount: random.once(in: 10) ? random.pick([0, 900, 1500]) : 1000, isOrderCurrency: !random.once(in: 20),
            captured: captured)
    }

    private static func refund(_ random: inout SplitMix64) -> RefundSight {
        RefundSight(
            id: random.pick(["re_1", "re_2", "re_3"]), operation: random.once(in: 2) ? Int64(random.below(3)) : nil,
            amount: random.pick([1, 300, 400, 1000, .max]), isOrderCurrency: !random.once(in: 12),
            status: random.pick(RefundStatus.allCases))
    }

    private static func dispute(_ random: inout SplitMix64) -> DisputeFacts {
        DisputeFacts(
            id: random.pick(["dp_1", "dp_2"]), amount: random.pick([100, 600, 1000, .max]), isOrderCurrency: !random.once(in: 10),
            stage: random.pick(DisputeStage.allCases), changedAt: Int64(random.below(10)))
    }
}
