import StrikePage

/// What happens at a point.
package enum Blow: Sendable, Hashable {
    /// SIGKILL.
    case kill
    /// Takes back what no sync has made safe, then SIGKILL: for seed 0 all of it, otherwise a part that the seed chooses. Needs
    /// ``StrikeControl/keepUndoLog(_:)``.
    case powerCut(seed: UInt64)
    /// This one call fails. Before: it is not made. After: it is made, and reports a failure all the same.
    case fail(errno: Int32)
    /// This call and every later one of its kind fail, until the page is disarmed.
    case failFromHereOn(errno: Int32)
    /// The calling thread waits until ``StrikeControl/release()``, or until the page is disarmed or armed anew.
    case hold
}

extension Blow {
    /// The order to strike so at a point, as the page holds it.
    func order(at point: StrikePoint) -> strike_order {
        var order = strike_order()
        order.kind = point.kind.number
        order.moment = point.moment == .before ? STRIKE_BEFORE.rawValue : STRIKE_AFTER.rawValue
        order.ordinal = UInt32(clamping: point.ordinal)
        switch self {
        case .kill:
            order.blow = STRIKE_KILL.rawValue
        case .powerCut(let seed):
            order.blow = STRIKE_POWER_CUT.rawValue
            order.seed = seed
        case .fail(let errno):
            order.blow = STRIKE_FAIL.rawValue
            order.error = errno
        case .failFromHereOn(let errno):
            order.blow = STRIKE_FAIL_FROM_HERE_ON.rawValue
            order.error = errno
        case .hold:
            order.blow = STRIKE_HOLD.rawValue
        }
        return order
    }
}

extension StrikePoint.Kind {
    /// The kind as the page holds it.
    var number: UInt32 {
        switch self {
        case .sync: STRIKE_SYNC.rawValue
        case .walWrite: STRIKE_WAL_WRITE.rawValue
        case .effect: STRIKE_EFFECT.rawValue
        case .reply: STRIKE_REPLY.rawValue
        case .dbWrite: STRIKE_DB_WRITE.rawValue
        }
    }

    /// The kind of that number; nil for a number that the page does not use.
    init?(number: Int32) {
        guard let kind = Self.allCases.first(where: { Int32(bitPattern: $0.number) == number }) else { return nil }
        self = kind
    }
}
