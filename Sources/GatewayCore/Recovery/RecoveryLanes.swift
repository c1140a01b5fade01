import Synchronization

/// Which operations are being recovered, so many for each provider at most: one that hangs must not keep the others waiting.
final class RecoveryLanes: Sendable {
    /// At most so many at a time for one provider.
    static let width = 16

    private let underWay = Mutex<[String: Set<Int64>]>([:])

    /// The providers whose lanes are full.
    var full: Set<String> {
        underWay.withLock { Set($0.filter { $0.value.count >= Self.width }.keys) }
    }

    /// Takes an operation in.
    ///
    /// - Returns: false where it is under way already, or there is no room.
    func enter(_ operation: Int64, at provider: String) -> Bool {
        underWay.withLock { lanes in
            var lane = lanes[provider] ?? []
            guard lane.count < Self.width, lane.insert(operation).inserted else { return false }
            lanes[provider] = lane
            return true
        }
    }

    /// Lets an operation out.
    func leave(_ operation: Int64, at provider: String) {
        underWay.withLock { _ = $0[provider]?.remove(operation) }
    }
}
