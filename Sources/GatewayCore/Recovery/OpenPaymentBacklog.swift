import ProviderAPI
import Synchronization

/// The payments and refunds of one provider that are due and have not been asked for.
///
/// What the provider does not answer for goes to the back, behind what becomes due later, and is given up once the provider has answered
/// for others since. So payments that a provider has trouble with keep no others waiting, and an outage loses nothing.
struct OpenPaymentBacklog {
    /// What is asked for.
    enum Due: Hashable {
        /// The payment with this id.
        case payment(Int64)
        /// The refund with this id, and its payment.
        case refund(Int64, of: Int64)
    }

    /// Something that is due.
    struct Item {
        let due: Due
        /// How many answers the provider had given when it last failed; nil where it has not failed.
        var answersBefore: Int?
    }

    /// Until when all that became due is in the backlog.
    private(set) var until: Timestamp
    private var items: [Item] = []
    private var answers = 0

    /// An empty backlog.
    init(until: Timestamp) { self.until = until }

    var count: Int { items.count }

    /// Takes in what has become due since ``until``. What is new goes first; what has failed and is due again keeps its place.
    mutating func add(_ due: [Due], until: Timestamp) {
        let known = Set(items.map(\.due))
        items = due.filter { !known.contains($0) }.map { Item(due: $0) } + items
        self.until = until
    }

    /// Returns everything that is due, and empties the backlog.
    mutating func beginRound() -> [Item] {
        defer { items = [] }
        return items
    }

    /// Takes back what a round has left.
    mutating func end(_ round: Round) {
        answers += round.answers
        let failed = round.failed.compactMap { item -> Item? in
            if round.hasAnswered, !round.isOutage, !round.isStopped { return nil }
            if let before = item.answersBefore, answers > before { return nil }
            return Item(due: item.due, answersBefore: item.answersBefore ?? answers)
        }
        items = Array(round.rest) + failed
    }

    /// One pass over what is due.
    struct Round {
        private(set) var rest: ArraySlice<Item>
        private(set) var failed: [Item] = []
        private(set) var answers = 0
        private(set) var failuresInARow = 0
        private(set) var lastFailure: (any Error)?
        private(set) var isStopped = false
        /// Whether the provider seems not to answer at all.
        var isOutage = false

        init(_ items: [Item]) { rest = items[...] }

        var hasAnswered: Bool { answers > 0 }

        mutating func next() -> Item? { rest.popFirst() }

        mutating func noteAnswer() {
            answers += 1
            failuresInARow = 0
        }

        mutating func noteFailure(_ error: any Error, of item: Item) {
            failuresInARow += 1
            lastFailure = error
            failed.append(item)
        }

        mutating func stop(at item: Item, because error: (any Error)?) {
            rest = [item] + rest
            isStopped = true
            lastFailure = error ?? lastFailure
        }
    }
}

/// The backlogs of all providers between their rounds. A restart finds what is due again.
final class OpenPaymentBacklogs: Sendable {
    private let backlogs = Mutex<[Identifier: OpenPaymentBacklog]>([:])

    func backlog(of provider: String) -> OpenPaymentBacklog? { backlogs.withLock { $0[Identifier(provider)] } }

    func keep(_ backlog: OpenPaymentBacklog, of provider: String) {
        backlogs.withLock { $0[Identifier(provider)] = backlog }
    }
}
