import Foundation
import GatewayLifecycle

/// A consistent provider's history, and the order in which a gateway learns of it.
struct ProviderHistory: GeneratedHistory {
    /// What the gateway was doing when the history began.
    enum Start: String, Sendable, CaseIterable {
        case open, creating, creationUnknown, confirming, confirmationUnknown, capturing, captureUnknown, refunding,
            namelessRefunding
        case refundUnknown, superseded, closedHere, canceled, paid
    }

    /// One step. The number chooses among what is there at that moment.
    enum Step: Sendable, Hashable {
        /// The provider changes something and makes a webhook of it.
        case change(Int)
        /// A webhook arrives, for the first, second or third time.
        case deliver(Int)
        /// The gateway asks for the object that a webhook made it want; the answer is on its way.
        case ask(Int)
        /// The gateway asks for the intent, the refunds or the disputes by itself.
        case poll(Int)
        /// An answer on its way is applied.
        case apply(Int)
        /// The answer to the call that was under way at the start arrives.
        case answer
        /// The answer to that call is lost.
        case lose
        /// Recovery asks for the trace of the call without an outcome.
        case look
        /// Recovery applies what it found.
        case found
    }

    let start: Start
    let isManualCapture: Bool
    /// How far the gateway's clock is ahead of the provider's.
    let clockSkew: Int64
    var steps: [Step]

    init(random: inout SplitMix64) {
        start = random.pick(Start.allCases)
        isManualCapture = start == .capturing || start == .captureUnknown || random.once(in: 3)
        clockSkew = random.pick([-3, 0, 3])
        var changes = 1 + random.below(12)
        steps = []
        for _ in 0..<(8 + random.below(40)) {
            let number = random.below(1000)
            switch random.below(16) {
            case 0...3:
                if changes > 0 { steps.append(.change(number)) }
                changes -= 1
            case 4...6: steps.append(.deliver(number))
            case 7...8: steps.append(.ask(number))
            case 9: steps.append(.poll(number))
            case 10...11: steps.append(.apply(number))
            case 12: steps.append(.answer)
            case 13: steps.append(.lose)
            case 14: steps.append(.look)
            default: steps.append(.found)
            }
        }
    }

    /// The changes alone, each learned of at once: the order that all others are compared with.
    var inOrder: ProviderHistory {
        var history = self
        history.steps =
            [.answer]
            + steps.flatMap { step -> [Step] in
                if case .change = step { return [step, .answer, .deliver(0), .ask(0), .apply(0), .ask(0), .apply(0)] }
                return []
            }
        return history
    }

    /// What a gateway with these rules ends with, once everything has arrived and nothing more is wanted.
    func end(by lifecycle: Lifecycle = rules, isTold: Bool = false) -> ProviderDelivery {
        var delivery = ProviderDelivery(
            start: start, isManualCapture: isManualCapture, clockSkew: clockSkew, lifecycle: lifecycle, isTold: isTold)
        for step in steps { delivery.make(step) }
        delivery.drain()
        return delivery
    }

    /// Says where the end depends on the order in which the gateway learned, or is not what the provider holds.
    func orderDependence(by lifecycle: Lifecycle = rules) -> String? {
        let end = end(by: lifecycle)
        if !end.isAtRest { return "The gateway does not come to rest." }
        if let difference = end.ending.difference(from: inOrder.end(by: lifecycle).ending) {
            return "The end is another one than in the order of the provider: \(difference)."
        }
        return end.untruth.map { "The provider holds something else: \($0)." }
    }

    var words: [String] {
        let begin = "at the start: \(start.rawValue)\(isManualCapture ? ", captured by a call of its own" : "")"
        return [begin] + end(isTold: true).words.map { $0.replacingOccurrences(of: "GatewayLifecycle.", with: "") }
    }
}
