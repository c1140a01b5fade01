import ProviderAPI

/// What will happen by itself, soonest first.
struct Timetable: Sendable {
    /// The object that something will happen to, by its number. The object itself tells what, or that it is over.
    enum Occasion: Sendable {
        case intent(Int)
        case refund(Int)
    }

    /// When something happens to an object.
    struct Appointment: Sendable {
        let occasion: Occasion
        /// The test that the object belongs to.
        let testID: String?
        /// By the object's clock: the account's, which its test may have put forward.
        let due: Timestamp
        /// By the account's clock.
        fileprivate(set) var time: Timestamp
    }

    private var appointments: [Appointment] = []

    /// When the next thing happens, by the account's clock; nil where nothing will.
    var next: Timestamp? { appointments.first?.time }

    /// What happens next.
    var first: Appointment? { appointments.first }

    /// Adds an appointment.
    ///
    /// - Parameter ahead: how far the clock of the object's test is ahead of the account's.
    mutating func add(_ occasion: Occasion, of testID: String?, due: Timestamp, ahead: Duration) {
        insert(Appointment(occasion: occasion, testID: testID, due: due, time: due.advanced(by: .zero - ahead)))
    }

    /// Crosses out what came first.
    mutating func removeFirst() {
        appointments.removeFirst()
    }

    /// Crosses out everything of a test.
    mutating func removeAll(of testID: String) {
        appointments.removeAll { $0.testID == testID }
    }

    /// Moves the appointments of tests to where their clocks put them now.
    ///
    /// - Parameter ahead: how far the clock of a test is ahead of the account's.
    mutating func move(byClocks ahead: (String) -> Duration) {
        let all = appointments
        appointments = []
        for var appointment in all {
            if let testID = appointment.testID {
                appointment.time = appointment.due.advanced(by: .zero - ahead(testID))
            }
            insert(appointment)
        }
    }

    private mutating func insert(_ appointment: Appointment) {
        // Most are later than all others: the search from the end is short.
        let place = appointments.lastIndex { $0.time <= appointment.time }.map { $0 + 1 } ?? 0
        appointments.insert(appointment, at: place)
    }
}
