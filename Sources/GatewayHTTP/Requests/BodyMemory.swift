package import GatewayCore
import NIOCore
import Synchronization

/// How many bytes of large request bodies are in memory, over all connections, and how many may be.
///
/// No sender can use up what others need:
///
/// - The first ``allowance`` bytes of a body do not count. Most payments and webhooks are no larger, so they always find room. The number of
///   connections bounds what this takes.
/// - Bodies of requests without a token, which are webhooks and requests for providers' pages, have half of the limit together.
/// - The bodies of one user have an eighth of it.
package final class BodyMemory: Sendable {
    /// Who sends a body.
    package enum Sender: Sendable, Hashable {
        /// A client with a valid token.
        case authenticated(Subject)
        /// Anyone.
        case anonymous

        /// The values of the label `sender` in metrics.
        package static let labels = ["authenticated", "anonymous"]

        var label: String {
            switch self {
            case .authenticated: "authenticated"
            case .anonymous: "anonymous"
            }
        }
    }

    /// The limit of a gateway whose configuration has none, in bytes.
    package static let defaultLimit = 48 << 20
    /// How many bytes of each body are free, unless a test says otherwise.
    package static let defaultAllowance = 8 << 10

    /// How many bytes there may be.
    package let limit: Int
    /// How many bytes of each body do not count.
    let allowance: Int
    private let total = Atomic(0)
    private let anonymous = Atomic(0)
    /// Only users who have a large body in memory are in it.
    private let users = Mutex<[Subject: Int]>([:])

    /// Memory for so many bytes of bodies, none of which is in use.
    package init(limit: Int = defaultLimit, allowance: Int = defaultAllowance) {
        self.limit = limit
        self.allowance = allowance
    }

    /// How many bytes are in use.
    package var bytesInUse: Int { total.load(ordering: .relaxed) }

    /// Takes bytes for a body that grows.
    ///
    /// - Returns: false where there are not so many; none is taken then.
    func take(_ count: Int, for sender: Sender) -> Bool {
        guard count > 0 else { return true }
        guard takeShare(count, for: sender) else { return false }
        if Self.add(count, to: total, limit: limit) { return true }
        giveShare(back: count, of: sender)
        return false
    }

    /// Gives bytes back.
    func give(back count: Int, of sender: Sender) {
        guard count > 0 else { return }
        giveShare(back: count, of: sender)
        total.subtract(count, ordering: .relaxed)
    }

    private func takeShare(_ count: Int, for sender: Sender) -> Bool {
        guard case .authenticated(let user) = sender else { return Self.add(count, to: anonymous, limit: limit / 2) }
        return users.withLock { users in
            let wanted = users[user, default: 0] + count
            guard wanted <= limit / 8 else { return false }
            users[user] = wanted
            return true
        }
    }

    private func giveShare(back count: Int, of sender: Sender) {
        guard case .authenticated(let user) = sender else {
            anonymous.subtract(count, ordering: .relaxed)
            return
        }
        users.withLock { users in
            let left = users[user, default: 0] - count
            users[user] = left > 0 ? left : nil
        }
    }

    private static func add(_ count: Int, to counter: borrowing Atomic<Int>, limit: Int) -> Bool {
        if counter.add(count, ordering: .relaxed).newValue <= limit { return true }
        counter.subtract(count, ordering: .relaxed)
        return false
    }
}

/// The bytes of a body, as far as it has arrived. Their memory counts until the last copy of the value is gone, in whichever way the
/// request ends.
struct ReceivedBody: Sendable {
    /// The bytes.
    private(set) var bytes: [UInt8] = []
    /// What the bytes take of the memory for bodies; nil while there are none. Code that passes the bytes on passes this on as well.
    private(set) var charge: Charge?
    /// How many bytes were reserved, those that do not count included.
    private var capacity = 0
    private let memory: BodyMemory
    private let sender: BodyMemory.Sender

    /// A body of which nothing has arrived.
    init(in memory: BodyMemory, from sender: BodyMemory.Sender) {
        self.memory = memory
        self.sender = sender
    }

    /// Adds what has arrived.
    ///
    /// - Parameter maximum: how long the body can become at most. No more is reserved for it.
    /// - Returns: false where there is no memory for it.
    mutating func append(_ part: ByteBuffer, maximum: Int) -> Bool {
        let count = bytes.count + part.readableBytes
        let charge = charge ?? Charge(of: memory, for: sender)
        if count > capacity {
            // Doubled, so that a body in many small parts is copied seldom. One in a single part takes what it needs.
            let wanted = min(max(count, 2 * capacity), max(count, maximum))
            guard charge.grow(to: max(0, wanted - memory.allowance)) else { return false }
            bytes.reserveCapacity(wanted)
            capacity = wanted
        }
        self.charge = charge
        bytes.append(contentsOf: part.readableBytesView)
        return true
    }

    /// Forgets the bytes, and gives their memory back.
    mutating func drop() {
        bytes = []
        capacity = 0
        charge = nil
    }

    /// A part of the memory for bodies, given back when the last reference is gone.
    final class Charge: Sendable {
        private let memory: BodyMemory
        private let sender: BodyMemory.Sender
        private let taken = Atomic(0)

        init(of memory: BodyMemory, for sender: BodyMemory.Sender) {
            self.memory = memory
            self.sender = sender
        }

        deinit { memory.give(back: count, of: sender) }

        /// How many bytes it is.
        var count: Int { taken.load(ordering: .relaxed) }

        /// Becomes larger; only one task may ask for it.
        ///
        /// - Returns: false where there is no memory.
        func grow(to capacity: Int) -> Bool {
            let more = capacity - count
            guard memory.take(more, for: sender) else { return false }
            taken.add(more, ordering: .relaxed)
            return true
        }
    }
}
