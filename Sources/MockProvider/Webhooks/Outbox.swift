import Synchronization

/// An event to post: a line of the journal, and which of its events.
struct Posting: Sendable {
    let slice: JournalSlice
    let event: Int
}

/// The events that wait to be posted.
///
/// The events of one intent go through one lane, in order; a delivery that has to be repeated holds up its lane and not
/// the others.
final class Outbox: Sendable {
    /// One queue and one task that empties it.
    private final class Lane: Sendable {
        let waiting = Mutex<[Posting]>([])
        let bell = Doorbell()
    }

    private let all = (0..<8).map { _ in Lane() }

    init() {}

    /// The numbers of the lanes.
    var lanes: Range<Int> { all.indices }

    /// Queues an event. `lane` may be any number that is the same for what must stay in order.
    func push(_ posting: Posting, lane: Int) {
        let lane = all[lane % all.count]
        lane.waiting.withLock { $0.append(posting) }
        lane.bell.ring()
    }

    /// Takes all that waits in a lane.
    func takeAll(lane: Int) -> [Posting] {
        all[lane].waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    /// Puts back what was taken and not posted, before all that came since.
    func putBack(_ postings: ArraySlice<Posting>, lane: Int) {
        all[lane].waiting.withLock { $0.insert(contentsOf: postings, at: 0) }
    }

    /// Rings when something comes into the lane.
    func bell(lane: Int) -> Doorbell { all[lane].bell }
}
