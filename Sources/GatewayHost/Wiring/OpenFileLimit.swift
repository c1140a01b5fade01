import Glibc

/// How many files and sockets the process may have open (`RLIMIT_NOFILE`).
///
/// A login has a soft limit of 1024, for the sake of programs that use `select(2)`. A call under way takes two sockets, the client's and
/// the provider's, so that a gateway with one slow provider needs more.
struct OpenFileLimit: Sendable, Equatable {
    /// How many may be open now.
    let soft: Int
    /// How far the process may raise that.
    let hard: Int

    /// What the database, modules, logs and commands take, with room to spare.
    static let base = 256

    /// The limit as it is.
    static var current: OpenFileLimit {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return OpenFileLimit(soft: 0, hard: 0) }
        return OpenFileLimit(soft: count(limit.rlim_cur), hard: count(limit.rlim_max))
    }

    /// Raises the soft limit as far as it goes.
    ///
    /// - Returns: the limit as it is then.
    static func raise() -> OpenFileLimit {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        if getrlimit(resource, &limit) == 0, limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            // Where it is refused, the limit that is in force tells.
            _ = setrlimit(resource, &limit)
        }
        return current
    }

    /// What is needed where so many calls may be under way at each provider.
    static func needed(forCalls limits: [Int]) -> Int {
        base + 2 * limits.reduce(0, +)
    }

    /// The most connections of clients that leave enough descriptors for all else.
    static let mostConnections = 10_000
    /// What the management listener and connections that are just ending take.
    static let listeners = 128

    /// How many connections clients may have open: what is left beside the database, the management listener, and a connection to the
    /// provider for each call. Where the limit is low, the providers' share is at most half.
    ///
    /// - Parameters:
    ///   - calls: how many calls may be under way, for each provider.
    ///   - wanted: what the configuration says; nil for as many as sensible.
    func connections(forCalls calls: [Int], wanted: Int?) -> Int {
        let room = max(2, soft - Self.base - Self.listeners)
        let most = room - min(calls.reduce(0, +), room / 2)
        return min(wanted ?? Self.mostConnections, most)
    }

    private static func count(_ value: rlim_t) -> Int { Int(clamping: value) }
}
