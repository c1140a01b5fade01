import CoreMetrics
import Synchronization

/// One metric under one combination of label values.
protocol MetricSeries: AnyObject, Sendable {
    /// The kind's name on a TYPE line.
    static var type: String { get }
    /// What names of this kind end in.
    static var suffix: String { get }
    /// What the kind's samples append to the metric's name.
    static var sampleSuffixes: [String] { get }
    /// A label that the kind writes itself.
    static var reservedLabel: String? { get }
    /// The labels as written, without braces: `method="GET",route="/"`.
    var labels: String { get }

    /// A series that has seen nothing yet.
    init(labels: String)
    /// Appends the samples.
    func write(_ name: String, to text: inout String)
}

extension MetricSeries {
    static var suffix: String { "" }
    static var sampleSuffixes: [String] { [] }
    static var reservedLabel: String? { nil }
}

/// A number that only grows. Whole amounts are counted exactly, beside what floating-point counters add.
final class CounterSeries: MetricSeries, CounterHandler, FloatingPointCounterHandler {
    static let type = "counter"
    static let suffix = "_total"

    let labels: String
    private let whole = Atomic<Int64>(0)
    private let fractional = AtomicDouble()

    init(labels: String) {
        self.labels = labels
    }

    /// A counter never falls: negative amounts are ignored.
    func increment(by amount: Int64) {
        if amount > 0 { whole.wrappingAdd(amount, ordering: .relaxed) }
    }

    func increment(by amount: Double) {
        if amount > 0, amount.isFinite { fractional.add(amount) }
    }

    func reset() {
        whole.store(0, ordering: .relaxed)
        fractional.store(0)
    }

    func write(_ name: String, to text: inout String) {
        let whole = whole.load(ordering: .relaxed)
        let fractional = fractional.load()
        let value = fractional == 0 ? String(whole) : PrometheusText.number(Double(whole) + fractional)
        PrometheusText.sample(name, labels, value, to: &text)
    }
}

/// A number that goes up and down.
final class GaugeSeries: MetricSeries, MeterHandler, RecorderHandler {
    static let type = "gauge"

    let labels: String
    private let value = AtomicDouble()

    init(labels: String) {
        self.labels = labels
    }

    func set(_ value: Int64) { self.value.store(Double(value)) }
    func set(_ value: Double) { self.value.store(value) }
    func record(_ value: Int64) { self.value.store(Double(value)) }
    func record(_ value: Double) { self.value.store(value) }
    func increment(by amount: Double) { value.add(amount) }
    func decrement(by amount: Double) { value.add(-amount) }

    func write(_ name: String, to text: inout String) {
        PrometheusText.sample(name, labels, PrometheusText.number(value.load()), to: &text)
    }
}

/// How many values there were, and their sum.
final class SummarySeries: MetricSeries, RecorderHandler {
    static let type = "summary"
    static let sampleSuffixes = ["_sum", "_count"]

    let labels: String
    private let state = Mutex((count: UInt64(0), sum: 0.0))

    init(labels: String) {
        self.labels = labels
    }

    func record(_ value: Int64) { record(Double(value)) }

    /// Values that are no numbers are ignored: one would spoil the sum for good.
    func record(_ value: Double) {
        guard value.isFinite else { return }
        state.withLock {
            $0.count += 1
            $0.sum += value
        }
    }

    func write(_ name: String, to text: inout String) {
        let (count, sum) = state.withLock { $0 }
        PrometheusText.sample(name + "_sum", labels, PrometheusText.number(sum), to: &text)
        PrometheusText.sample(name + "_count", labels, String(count), to: &text)
    }
}
