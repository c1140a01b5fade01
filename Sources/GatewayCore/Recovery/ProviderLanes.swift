import Synchronization

/// Which operations or events are at work in the background, so many for each provider at most: one that hangs must not keep the
/// others waiting.
///
/// A provider's lane begins narrow, grows by one with each answer, and is halved where the provider does not answer. So thousands of
/// operations whose outcome became unknown at once are settled within seconds of the provider's return, and yet it is not met by all of
/// them together. What hangs since an outage that has ended takes no room any more.
final class ProviderLanes: Sendable {
    /// At most so many at a time for one provider of which nothing is known.
    static let width = 16
    /// At most so many for one that answers.
    static let maximumWidth = 512

    private struct Lane {
        var width = ProviderLanes.width
        /// By their ids, with how many outages had ended when each came in.
        var underWay: [Int64: Int] = [:]
        /// Whether something found no room.
        var isWanted = false
        /// Whether there was an answer since the last time that there was none.
        var isAnswered = false

        func room(since outage: Int) -> Int { width - underWay.values.count { $0 == outage } }

        /// Whether there is much room for something that has waited for it.
        mutating func takeCall(since outage: Int) -> Bool {
            guard isWanted, room(since: outage) >= width / 4 else { return false }
            isWanted = false
            return true
        }
    }

    private let outages: ProviderOutages
    private let lanes = Mutex<[String: Lane]>([:])

    init(outages: ProviderOutages) {
        self.outages = outages
    }

    /// The providers whose lanes are full.
    var full: Set<String> {
        lanes.withLock { lanes in
            let full = lanes.filter { $0.value.room(since: outages.ended(at: $0.key)) <= 0 }.keys
            for provider in full { lanes[provider]?.isWanted = true }
            return Set(full)
        }
    }

    /// The providers whose lanes are full of what nobody has answered.
    var silent: [String] {
        lanes.withLock { lanes in
            lanes.filter { $0.value.isWanted && !$0.value.isAnswered && $0.value.room(since: outages.ended(at: $0.key)) <= 0 }
                .keys.sorted()
        }
    }

    /// Takes one in.
    ///
    /// - Returns: false where it is under way already, or there is no room.
    func enter(_ item: Int64, at provider: String) -> Bool {
        let outage = outages.ended(at: provider)
        return lanes.withLock { lanes in
            var lane = lanes[provider] ?? Lane()
            defer { lanes[provider] = lane }
            guard lane.underWay[item] == nil else { return false }
            guard lane.room(since: outage) > 0 else {
                lane.isWanted = true
                return false
            }
            lane.underWay[item] = outage
            return true
        }
    }

    /// Notes whether the provider answered a question about one in its lane. What hung since an earlier outage says nothing.
    ///
    /// - Returns: whether there is much room now that something has waited for.
    func note(_ item: Int64, at provider: String, isAnswered: Bool) -> Bool {
        let outage = outages.ended(at: provider)
        return lanes.withLock { lanes in
            guard var lane = lanes[provider], lane.underWay[item] == outage || isAnswered else { return false }
            defer { lanes[provider] = lane }
            lane.isAnswered = isAnswered
            lane.width = isAnswered ? min(lane.width + 1, Self.maximumWidth) : max(lane.width / 2, Self.width)
            return lane.takeCall(since: outage)
        }
    }

    /// Lets one out.
    ///
    /// - Returns: whether there is much room now that something has waited for.
    func leave(_ item: Int64, at provider: String) -> Bool {
        let outage = outages.ended(at: provider)
        return lanes.withLock { lanes in
            guard var lane = lanes[provider] else { return false }
            lane.underWay[item] = nil
            defer { lanes[provider] = lane }
            return lane.takeCall(since: outage)
        }
    }
}
