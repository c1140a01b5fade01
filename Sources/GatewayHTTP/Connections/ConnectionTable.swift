/// What a connection is doing.
enum ConnectionActivity: Sendable, Hashable {
    /// No request: the connection is kept alive, or the head of a request is still arriving.
    case idle
    /// The head of a request is here, and its body is still arriving.
    case receiving
    /// A whole request is being worked on.
    case working
    /// The gateway is closing it.
    case closing
}

/// The open connections of a listener, and which of them has been idle or receiving for the longest time.
///
/// Idle connections form one doubly linked list, receiving ones another, both in the order in which they entered that state. The links
/// are indexes into one array, so every change takes constant time.
struct ConnectionTable {
    private struct Slot {
        var activity = ConnectionActivity.working
        var previous = -1
        var next = -1
        var close: (@Sendable () -> Void)?
    }

    private struct Ends {
        var first = -1
        var last = -1
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    private var lists: [ConnectionActivity: Ends] = [.idle: Ends(), .receiving: Ends()]
    /// How many connections are being closed.
    private(set) var closing = 0
    /// How many connections there are that are not being closed.
    var open: Int { slots.count - free.count - closing }

    /// Adds an idle connection.
    ///
    /// - Parameter close: closes it unless a request on it is being worked on.
    /// - Returns: the connection's slot, which stays its own until ``remove(_:)``.
    mutating func insert(close: @escaping @Sendable () -> Void) -> Int {
        let index: Int
        if let last = free.popLast() {
            index = last
        } else {
            index = slots.count
            slots.append(Slot())
        }
        slots[index].close = close
        append(index, .idle)
        return index
    }

    /// Moves a connection to the newest place of an activity.
    mutating func move(_ index: Int, to activity: ConnectionActivity) {
        guard slots[index].activity != activity else { return }
        unlink(index)
        append(index, activity)
    }

    /// Removes a connection.
    mutating func remove(_ index: Int) {
        unlink(index)
        slots[index] = Slot()
        free.append(index)
    }

    /// Marks the oldest connections with an activity as closing.
    ///
    /// - Returns: what closes each of them.
    mutating func takeOldest(_ count: Int, _ activity: ConnectionActivity) -> [@Sendable () -> Void] {
        var taken: [@Sendable () -> Void] = []
        while taken.count < count, let first = lists[activity]?.first, first >= 0 {
            move(first, to: .closing)
            if let close = slots[first].close { taken.append(close) }
        }
        return taken
    }

    private mutating func append(_ index: Int, _ activity: ConnectionActivity) {
        slots[index].activity = activity
        if activity == .closing { closing += 1 }
        guard let ends = lists[activity] else { return }
        slots[index].previous = ends.last
        if ends.last >= 0 { slots[ends.last].next = index }
        lists[activity] = Ends(first: ends.first >= 0 ? ends.first : index, last: index)
    }

    private mutating func unlink(_ index: Int) {
        let slot = slots[index]
        if slot.activity == .closing { closing -= 1 }
        guard var ends = lists[slot.activity] else { return }
        if slot.previous >= 0 { slots[slot.previous].next = slot.next } else { ends.first = slot.next }
        if slot.next >= 0 { slots[slot.next].previous = slot.previous } else { ends.last = slot.previous }
        slots[index].previous = -1
        slots[index].next = -1
        lists[slot.activity] = ends
    }
}
