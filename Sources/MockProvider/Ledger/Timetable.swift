import ProviderAPI

/// What will happen by itself, soonest first.
struct Timetable: Sendable {
    /// What will happen.
    enum Occasion: Sendable {
        /// The refund with this number fails.
        case refundFailure(refund: Int)
        /// A dispute is opened about the intent with this number.
        case dispute(intent: Int)
    }

    private var appointments: [(due: Timestamp, occasion: Occasion)] = []

    /// When the next thing happens; nil where nothing will.
    var next: Timestamp? { appointments.first?.due }

    mutating func add(_ occasion: Occasion, due: Timestamp) {
        // Most are later than all others: the search from the end is short.
        let place = appointments.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        appointments.insert((due, occasion), at: place)
    }

    /// What happens next.
    var first: Occasion? { appointments.first?.occasion }

    /// Crosses out what came first.
    mutating func removeFirst() {
        appointments.removeFirst()
    }
}
