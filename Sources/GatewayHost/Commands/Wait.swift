import GatewayCore
import GatewayLifecycle

/// What `gateway wait` waits for.
enum WaitSubject: Sendable {
    /// A transaction, by its number or its payment intent.
    case transaction(String)
    /// An order, by its number.
    case order(Int64)

    /// Reads its status and compares it with those that are wanted.
    ///
    /// - Throws: ``GatewayError/Code/notFound``; ``GatewayError/Code/ambiguousIntent`` where two providers use the same id.
    func standing(in reader: any StoreReader, against wanted: Set<String>) throws -> WaitStanding {
        switch self {
        case .transaction(let reference):
            let transaction = try ExplanationRows.transaction(reference, in: reader)
            return transaction.status.standing(of: "transaction \(transaction.id)", against: wanted)
        case .order(let id):
            guard let order = try reader.order(id) else { throw GatewayError(.notFound, "There is no order \(id).") }
            return order.status.standing(of: "order \(id)", against: wanted)
        }
    }
}

/// How something stands that is waited for, with its name and its status.
enum WaitStanding: Sendable, Hashable {
    /// The status is one of those wanted.
    case reached(String, String)
    /// The status is another one, and may become one of those wanted.
    case waiting(String, String)
    /// The status is another one, and does not become one of those wanted by itself.
    case ended(String, String)
}

extension PaymentStatus {
    /// Compares the status with those that are wanted.
    ///
    /// - Parameter name: the transaction's.
    func standing(of name: String, against wanted: Set<String>) -> WaitStanding {
        WaitRule(isPaid: isPaid, isFailed: self == .failed, isCanceled: self == .canceled)
            .standing(of: name, rawValue, against: wanted, paid: Self.allCases.filter(\.isPaid).map(\.rawValue))
    }
}

extension Order.Status {
    /// Compares the status with those that are wanted.
    ///
    /// - Parameter name: the order's.
    func standing(of name: String, against wanted: Set<String>) -> WaitStanding {
        WaitRule(isPaid: isPaid, isFailed: self == .failed, isCanceled: self == .canceled)
            .standing(of: name, rawValue, against: wanted, paid: Self.allCases.filter(\.isPaid).map(\.rawValue))
    }
}

/// Where a status can lead without another attempt to pay.
private struct WaitRule {
    let isPaid: Bool
    let isFailed: Bool
    let isCanceled: Bool

    func standing(of name: String, _ status: String, against wanted: Set<String>, paid: [String]) -> WaitStanding {
        if wanted.contains(status) { return .reached(name, status) }
        // Refunds move a payment along the paid statuses, and one that fails moves it back.
        let isOver = isCanceled || isPaid && wanted.isDisjoint(with: paid) || isFailed && !wanted.contains("canceled")
        return isOver ? .ended(name, status) : .waiting(name, status)
    }
}

/// Asks again and again, at intervals that grow to a quarter of a second, until there is an end or the time is over.
struct Wait: Sendable {
    let limit: Duration
    var firstInterval = Duration.milliseconds(25)
    var longestInterval = Duration.milliseconds(250)

    /// - Parameters:
    ///   - clock: measures the time.
    ///   - standing: is asked at once, and a last time when the time is over.
    func run(
        by clock: some Clock<Duration> = ContinuousClock(), _ standing: () async throws -> WaitStanding
    ) async throws -> WaitStanding {
        let end = clock.now.advanced(by: limit)
        var interval = firstInterval
        while true {
            let isLast = clock.now >= end
            let current = try await standing()
            guard case .waiting = current, !isLast else { return current }
            try await clock.sleep(until: min(clock.now.advanced(by: interval), end), tolerance: nil)
            interval = min(interval * 2, longestInterval)
        }
    }
}
