import CoreMetrics
import Synchronization

/// How long something took, in seconds, by fixed buckets.
final class HistogramSeries: MetricSeries, TimerHandler {
    static let type = "histogram"
    static let suffix = "_seconds"
    static let sampleSuffixes = ["_bucket", "_sum", "_count"]
    static let reservedLabel: String? = "le"

    /// The buckets' inclusive upper bounds in nanoseconds, and as written: 0.5 ms (a commit) to 10 s (a provider's deadline).
    static let bounds: [(nanoseconds: Int64, seconds: String)] = [
        (500_000, "0.0005"), (1_000_000, "0.001"), (2_500_000, "0.0025"), (5_000_000, "0.005"), (10_000_000, "0.01"),
        (25_000_000, "0.025"), (50_000_000, "0.05"), (100_000_000, "0.1"), (250_000_000, "0.25"), (500_000_000, "0.5"),
        (1_000_000_000, "1"), (2_500_000_000, "2.5"), (5_000_000_000, "5"), (10_000_000_000, "10"),
    ]

    private struct State {
        /// How many fell into each bucket, not cumulative; the last one has no upper bound.
        var counts = [UInt64](repeating: 0, count: HistogramSeries.bounds.count + 1)
        var nanoseconds: UInt64 = 0
    }

    let labels: String
    private let state = Mutex(State())

    init(labels: String) {
        self.labels = labels
    }

    /// A clock that went backwards counts as no time.
    func recordNanoseconds(_ duration: Int64) {
        let duration = max(0, duration)
        let bucket = Self.bounds.firstIndex { duration <= $0.nanoseconds } ?? Self.bounds.count
        state.withLock { state in
            state.counts[bucket] += 1
            let (sum, overflow) = state.nanoseconds.addingReportingOverflow(UInt64(duration))
            state.nanoseconds = overflow ? .max : sum
        }
    }

    func write(_ name: String, to text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var count: UInt64 = 0
        for (bucket, bound) in zip(state.counts, Self.bounds.map(\.seconds) + ["+Inf"]) {
            count += bucket
            PrometheusText.sample(name + "_bucket", "\(prefix)le=\"\(bound)\"", String(count), to: &text)
        }
        PrometheusText.sample(name + "_sum", labels, PrometheusText.number(Double(state.nanoseconds) / 1e9), to: &text)
        PrometheusText.sample(name + "_count", labels, String(count), to: &text)
    }
}
