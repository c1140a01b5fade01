import Metrics
import NIOCore
import Synchronization

/// How many bytes of request bodies are in memory, over all connections, and how many may be.
///
/// Bodies of requests without a token, which are webhooks and requests for providers' pages, have half of it together. Strangers who
/// send many bodies and finish none of them leave the other half to clients.
package final class BodyMemory: Sendable {
    /// Who sends a body.
    package enum Sender: String, Sendable, CaseIterable {
        /// A client with a valid token.
        case authenticated
        /// Anyone.
        case anonymous
    }

    /// The limit of a gateway whose configuration has none, in bytes.
    package static let defaultLimit = 64 << 20

    /// How many bytes there may be.
    package let limit: Int
    private let total = Atomic(0)
    private let anonymous = Atomic(0)

    /// Memory for so many bytes of bodies, none of which is in use.
    package init(limit: Int = defaultLimit) {
        self.limit = limit
    }

    /// How many bytes are in use.
    package var bytesInUse: Int { total.load(ordering: .relaxed) }

    /// Takes bytes for a body that grows.
    ///
    /// - Returns: false where there are not so many; none is taken then.
    func take(_ count: Int, for sender: Sender) -> Bool {
        if sender == .anonymous, !Self.add(count, to: anonymous, limit: limit / 2) { return false }
        if Self.add(count, to: total, limit: limit) { return true }
        if sender == .anonymous { anonymous.subtract(count, ordering: .relaxed) }
        return false
    }

    /// Gives bytes back.
    func give(back count: Int, of sender: Sender) {
        if sender == .anonymous { anonymous.subtract(count, ordering: .relaxed) }
        total.subtract(count, ordering: .relaxed)
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
        if count > charge.count {
            // Doubled, so that a body in many small parts is copied seldom. One in a single part takes what it needs.
            let capacity = min(max(count, 2 * charge.count), max(count, maximum))
            guard charge.grow(to: capacity) else { return false }
            bytes.reserveCapacity(capacity)
        }
        self.charge = charge
        bytes.append(contentsOf: part.readableBytesView)
        return true
    }

    /// Forgets the bytes, and gives their memory back.
    mutating func drop() {
        bytes = []
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
