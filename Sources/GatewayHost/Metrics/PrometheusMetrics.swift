import CoreMetrics

/// A backend of swift-metrics that keeps its numbers in memory and writes them in Prometheus' text exposition format 0.0.4.
///
/// Names follow OpenTelemetry's rules for Prometheus: characters that Prometheus does not take become underscores, counters end
/// in `_total`, timers are histograms that end in `_seconds`. A `Recorder` that aggregates is a summary with count and sum, since
/// neither its unit nor its range is known here; `Gauge` and `Meter` are gauges.
///
/// Making an instrument that exists is one lookup, so that `Counter(label:).increment()` in the path of a request is cheap.
final class PrometheusMetrics: MetricsFactory, Sendable {
    /// The media type of ``render()``.
    static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    private let counters: SeriesTable<CounterSeries>
    private let gauges: SeriesTable<GaugeSeries>
    private let histograms: SeriesTable<HistogramSeries>
    private let summaries: SeriesTable<SummarySeries>
    private let process: ProcessMetrics?

    /// An empty set of metrics.
    ///
    /// - Parameters:
    ///   - seriesLimit: how many series, the combinations of label values, one metric may have. What is beyond goes into one
    ///     series labelled `overflow="true"`: a value that comes from outside can't exhaust the memory.
    ///   - help: the HELP texts by the instruments' labels; without one, the label itself is written.
    ///   - process: adds the metrics of this process; nil leaves them out.
    init(seriesLimit: Int = 1000, help: [String: String] = [:], process: ProcessMetrics? = ProcessMetrics()) {
        let names = SampleNames(
            reserved: ProcessMetrics.names + StoreMetrics.names + ProviderMetrics.names + BodyMetrics.names
                + ConnectionMetrics.names)
        counters = SeriesTable(names: names, seriesLimit: seriesLimit, help: help)
        gauges = SeriesTable(names: names, seriesLimit: seriesLimit, help: help)
        histograms = SeriesTable(names: names, seriesLimit: seriesLimit, help: help)
        summaries = SeriesTable(names: names, seriesLimit: seriesLimit, help: help)
        self.process = process
    }

    /// All metrics as text: sorted by name, and the series of each by their labels.
    func render() -> String {
        var families = counters.rendered() + gauges.rendered() + histograms.rendered() + summaries.rendered()
        families += process?.rendered() ?? []
        return families.sorted { $0.name < $1.name }.map(\.text).joined()
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counters.series(label, dimensions)
    }

    func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        counters.series(label, dimensions)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauges.series(label, dimensions)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { summaries.series(label, dimensions) } else { gauges.series(label, dimensions) }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histograms.series(label, dimensions)
    }

    func destroyCounter(_ handler: any CounterHandler) {
        if let series = handler as? CounterSeries { counters.remove(series) }
    }

    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {
        if let series = handler as? CounterSeries { counters.remove(series) }
    }

    func destroyMeter(_ handler: any MeterHandler) {
        if let series = handler as? GaugeSeries { gauges.remove(series) }
    }

    func destroyRecorder(_ handler: any RecorderHandler) {
        if let series = handler as? GaugeSeries { gauges.remove(series) }
        if let series = handler as? SummarySeries { summaries.remove(series) }
    }

    func destroyTimer(_ handler: any TimerHandler) {
        if let series = handler as? HistogramSeries { histograms.remove(series) }
    }
}
