import ProviderAPI
import Synchronization

/// An event to post: a line of the journal, and which of its events.
struct Posting: Sendable {
    let slice: JournalSlice
    let event: Int
    /// Any number that is the same for what must stay in order.
    let lane: Int
    /// When it is to be posted; nil: at once.
    let due: Timestamp?
    /// Those that wait until this one was posted.
    var followers: [Posting] = []
}

/// The events that wait to be posted.
///
/// The events of one intent go through one lane, in order; a delivery that has to be repeated holds up its lane and not
/// the others. What a scenario delays is in no lane until it is due, and what it reorders is none until the next event was posted.
final class Outbox: Sendable {
    /// One queue and one task that empties it.
    private final class Queue: Sendable {
        let waiting = Mutex<[Posting]>([])
        let bell = Doorbell()

        func push(_ posting: Posting) {
            waiting.withLock { $0.append(posting) }
            bell.ring()
        }
    }

    private let all = (0..<8).map { _ in Queue() }
    private let late = Queue()
    /// By the test of the payment, and one for payments that belong to none.
    private let heldBack = Mutex<[String?: Posting]>([:])

    init() {}

    /// The numbers of the lanes.
    var lanes: Range<Int> { all.indices }

    /// Queues an event, now or when it is due. One that is held back is queued after the next one of the same test was posted; while
    /// one is held back, the next never is.
    func push(_ posting: Posting, of testID: String?, isHeldBack: Bool) {
        let next = heldBack.withLock { heldBack -> Posting? in
            if let first = heldBack.removeValue(forKey: testID) {
                var next = posting
                next.followers.append(first)
                return next
            }
            if isHeldBack { heldBack[testID] = posting }
            return isHeldBack ? nil : posting
        }
        if let next { push(next) }
    }

    /// Queues an event, now or when it is due.
    func push(_ posting: Posting) {
        if posting.due == nil { pushDue(posting) } else { late.push(posting) }
    }

    /// Queues an event now.
    func pushDue(_ posting: Posting) {
        all[posting.lane % all.count].push(posting)
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

    /// Takes all that is not due yet.
    func takeLate() -> [Posting] {
        late.waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
    }

    /// Rings when something comes into the lane.
    func bell(lane: Int) -> Doorbell { all[lane].bell }

    /// Rings when something comes that is not due yet.
    var lateBell: Doorbell { late.bell }
}
