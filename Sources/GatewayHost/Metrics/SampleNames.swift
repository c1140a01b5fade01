import Synchronization

/// The names of samples in use, over all kinds of metrics.
///
/// A scrape in which two metrics write samples of one name is refused as a whole, so the later metric gets another name.
final class SampleNames: Sendable {
    private let taken: Mutex<Set<String>>

    /// Names, of which some are taken from the start.
    init(reserved: [String]) {
        taken = Mutex(Set(reserved))
    }

    /// The name wanted, or where it or a sample under it is taken, one with the kind appended: `queue_gauge`.
    func claim<Series: MetricSeries>(_ wanted: String, for kind: Series.Type) -> String {
        taken.withLock { taken in
            var name = wanted
            var attempt = 1
            // A sample `x` and a metric `x` count as the same name even where a histogram writes only `x_bucket`.
            while !taken.isDisjoint(with: Self.samples(of: name, kind)) {
                name = "\(wanted)_\(kind.type)" + (attempt > 1 ? "_\(attempt)" : "")
                attempt += 1
            }
            taken.formUnion(Self.samples(of: name, kind))
            return name
        }
    }

    private static func samples<Series: MetricSeries>(of name: String, _ kind: Series.Type) -> [String] {
        [name] + kind.sampleSuffixes.map { name + $0 }
    }
}
