/// How many requests one user may send.
package struct SubjectRateLimit: Sendable, Hashable {
    /// Requests a second, in the long run.
    package let perSecond: Int
    /// Requests that may come at once after a pause.
    package let burst: Int

    /// A limit.
    package init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}
