import ProviderAPI

/// What will happen by itself, soonest first.
struct Timetable: Sendable {
    /// The object that something will happen to, by its number. The object itself tells what, or that it is over.
    enum Occasion: Sendable {
        case intent(Int)
        case refund(Int)
    }

    private var appointments: [(due: Timestamp, occasion: Occasion)] = []

    /// When the next thing happens; nil where nothing will.
    var next: Timestamp? { appointments.first?.due }

    /// What happens next.
    var first: Occasion? { appointments.first?.occasion }

    mutating func add(_ occasion: Occasion, due: Timestamp) {
        // Most are later than all others: the search from the end is short.
        let place = appointments.lastIndex { $0.due <= due }.map { $0 + 1 } ?? 0
        appointments.insert((due, occasion), at: place)
    }

    /// Crosses out what came first.
    mutating func removeFirst() {
        appointments.removeFirst()
    }
}
