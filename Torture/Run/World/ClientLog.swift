import Synchronization
import TortureBooks

/// All that clients have sent and were told, in one world.
final class ClientLog: Sendable {
    private struct Pages {
        var told: [Told] = []
        var sent: Set<String> = []
        var lastNumber = 0
    }

    private let pages = Mutex(Pages())

    /// Every whole answer that a client got.
    var told: [Told] { pages.withLock { $0.told } }

    /// The ids of all requests, answered or not.
    var sent: Set<String> { pages.withLock { $0.sent } }

    /// A text that no other of this world begins with: for keys, users, ids.
    func newName(_ kind: String) -> String {
        pages.withLock { pages in
            pages.lastNumber += 1
            return "\(kind)-\(pages.lastNumber)"
        }
    }

    /// Notes that a request goes out.
    func sending(_ requestID: String) {
        _ = pages.withLock { $0.sent.insert(requestID) }
    }

    /// Notes a whole answer.
    func note(_ told: Told) {
        pages.withLock { $0.told.append(told) }
    }
}
