import Synchronization

/// All metrics of one kind, and their series.
final class SeriesTable<Series: MetricSeries>: Sendable {
    private struct Family {
        let name: String
        let help: String
        /// The series by their written labels.
        var series: [String: Series] = [:]
        var cachedKeys = 0
    }

    private struct State {
        /// The series by what was asked for: no text is made for one that exists.
        var cache: [SeriesKey: Series] = [:]
        /// The families by the names they should have; ``SampleNames`` may have given them another.
        var families: [String: Family] = [:]
    }

    private let state = Mutex(State())
    private let names: SampleNames
    private let seriesLimit: Int
    private let help: [String: String]

    /// An empty table.
    init(names: SampleNames, seriesLimit: Int, help: [String: String]) {
        self.names = names
        self.seriesLimit = seriesLimit
        self.help = help
    }

    /// The series of an instrument: the one that exists, or a new one, or the metric's overflow.
    func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let key = SeriesKey(label: label, dimensions: dimensions)
        return state.withLock { state in
            if let series = state.cache[key] { return series }
            let wanted = PrometheusText.metricName(label, suffix: Series.suffix)
            var family =
                state.families.removeValue(forKey: wanted)
                ?? Family(name: names.claim(wanted, for: Series.self), help: help[label] ?? label)
            defer { state.families[wanted] = family }

            var labels = PrometheusText.labels(dimensions, reserved: Series.reservedLabel)
            if family.series[labels] == nil, family.series.count >= seriesLimit { labels = PrometheusText.overflow }
            let series = family.series[labels] ?? Series(labels: labels)
            family.series[labels] = series
            // Keys beyond the limit are not kept, or the cache would grow without bound where the series do not.
            if labels != PrometheusText.overflow, family.cachedKeys < seriesLimit {
                family.cachedKeys += 1
                state.cache[key] = series
            }
            return series
        }
    }

    /// Forgets a series. The overflow stays: others share it.
    func remove(_ series: Series) {
        guard series.labels != PrometheusText.overflow else { return }
        state.withLock { state in
            for (wanted, family) in state.families where family.series[series.labels] === series {
                state.families[wanted]?.series[series.labels] = nil
                let keys = state.cache.filter { $0.value === series }.map(\.key)
                for key in keys { state.cache[key] = nil }
                state.families[wanted]?.cachedKeys -= keys.count
            }
        }
    }

    /// Each metric with its text. Series are read one after the other: each is consistent in itself.
    func rendered() -> [(name: String, text: String)] {
        let families = state.withLock { Array($0.families.values) }
        return families.filter { !$0.series.isEmpty }.map { family in
            var text = PrometheusText.header(family.name, help: family.help, type: Series.type)
            for series in family.series.values.sorted(by: { $0.labels < $1.labels }) {
                series.write(family.name, to: &text)
            }
            return (family.name, text)
        }
    }
}

/// What an instrument is asked for by: its label, and its dimensions in the order given.
private struct SeriesKey: Hashable {
    let label: String
    let dimensions: [(String, String)]

    static func == (left: SeriesKey, right: SeriesKey) -> Bool {
        left.label == right.label && left.dimensions.elementsEqual(right.dimensions, by: ==)
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(label)
        hasher.combine(dimensions.count)
        for (name, value) in dimensions {
            hasher.combine(name)
            hasher.combine(value)
        }
    }
}
