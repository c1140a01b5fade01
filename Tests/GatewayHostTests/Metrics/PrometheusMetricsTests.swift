import CoreMetrics
import Testing

@testable import GatewayHost

@Suite("Prometheus metrics")
struct PrometheusMetricsTests {
    private let metrics = PrometheusMetrics(seriesLimit: 3, help: ["orders": "Orders made."], process: nil)

    @Test("A counter ends in _total, once, and has its HELP and TYPE lines")
    func counter() {
        Counter(label: "orders", factory: metrics).increment(by: 2)
        Counter(label: "http.requests_total", factory: metrics).increment()
        #expect(
            metrics.render() == """
                # HELP http_requests_total http.requests_total
                # TYPE http_requests_total counter
                http_requests_total 1
                # HELP orders_total Orders made.
                # TYPE orders_total counter
                orders_total 2

                """
        )
    }

    @Test("An instrument made anew continues its series, whatever the order of its dimensions")
    func sharing() {
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: metrics).increment()
        Counter(label: "c", dimensions: [("a", "1"), ("b", "2")], factory: metrics).increment()
        Counter(label: "c", dimensions: [("b", "2"), ("a", "1")], factory: metrics).increment()
        #expect(samples("c") == [#"c_total{a="1",b="2"} 3"#])
    }

    @Test("Whole and floating-point amounts add up in one counter, and what would make it fall is ignored")
    func counterAmounts() {
        Counter(label: "c", factory: metrics).increment(by: Int64(9_007_199_254_740_993))
        #expect(samples("c") == ["c_total 9007199254740993"])
        let counter = Counter(label: "d", factory: metrics)
        counter.increment(by: 3)
        counter.increment(by: -2)
        let fractional = FloatingPointCounter(label: "d", factory: metrics)
        fractional.increment(by: 0.5)
        fractional.increment(by: -1.0)
        fractional.increment(by: Double.nan)
        fractional.increment(by: Double.infinity)
        #expect(samples("d") == ["d_total 3.5"])
        counter.reset()
        #expect(samples("d") == ["d_total 0"])
    }

    @Test("Gauges and meters write the number they stand at")
    func gauges() {
        Gauge(label: "depth", factory: metrics).record(7)
        #expect(samples("depth") == ["depth 7"])
        let meter = Meter(label: "depth", factory: metrics)
        meter.increment()
        meter.decrement(by: 0.5)
        #expect(samples("depth") == ["depth 7.5"])
        meter.set(-Double.infinity)
        #expect(samples("depth") == ["depth -Inf"])
    }

    @Test("A recorder that aggregates writes count and sum")
    func recorder() {
        let recorder = Recorder(label: "rows", factory: metrics)
        recorder.record(3)
        recorder.record(1.5)
        recorder.record(Double.nan)
        #expect(samples("rows") == ["rows_sum 4.5", "rows_count 2"])
    }

    @Test("A timer is a histogram in seconds, with cumulative buckets whose bounds are inclusive")
    func timer() {
        let timer = Timer(label: "call", dimensions: [("provider", "mock")], factory: metrics)
        timer.recordNanoseconds(500_000)
        timer.recordNanoseconds(500_001)
        timer.recordMilliseconds(40)
        timer.recordSeconds(11)
        timer.recordNanoseconds(-5)
        #expect(
            samples("call") == [
                #"call_seconds_bucket{provider="mock",le="0.0005"} 2"#, #"call_seconds_bucket{provider="mock",le="0.001"} 3"#,
                #"call_seconds_bucket{provider="mock",le="0.0025"} 3"#, #"call_seconds_bucket{provider="mock",le="0.005"} 3"#,
                #"call_seconds_bucket{provider="mock",le="0.01"} 3"#, #"call_seconds_bucket{provider="mock",le="0.025"} 3"#,
                #"call_seconds_bucket{provider="mock",le="0.05"} 4"#, #"call_seconds_bucket{provider="mock",le="0.1"} 4"#,
                #"call_seconds_bucket{provider="mock",le="0.25"} 4"#, #"call_seconds_bucket{provider="mock",le="0.5"} 4"#,
                #"call_seconds_bucket{provider="mock",le="1"} 4"#, #"call_seconds_bucket{provider="mock",le="2.5"} 4"#,
                #"call_seconds_bucket{provider="mock",le="5"} 4"#, #"call_seconds_bucket{provider="mock",le="10"} 4"#,
                #"call_seconds_bucket{provider="mock",le="+Inf"} 5"#, #"call_seconds_sum{provider="mock"} 11.041000001"#,
                #"call_seconds_count{provider="mock"} 5"#,
            ]
        )
    }

    @Test("Beyond the limit new series go into one, and those that exist go on")
    func cardinality() {
        for user in 1...20 {
            Counter(label: "c", dimensions: [("user", "\(user)")], factory: metrics).increment()
        }
        Counter(label: "c", dimensions: [("user", "2")], factory: metrics).increment()
        Counter(label: "other", dimensions: [("user", "20")], factory: metrics).increment()
        #expect(
            samples("c") == [
                #"c_total{overflow="true"} 17"#, #"c_total{user="1"} 1"#, #"c_total{user="2"} 2"#, #"c_total{user="3"} 1"#,
            ]
        )
        #expect(samples("other") == [#"other_total{user="20"} 1"#])
    }

    @Test("A destroyed instrument is written no more, makes room, and starts from zero when made anew")
    func destroy() {
        let counters = (1...3).map { Counter(label: "c", dimensions: [("user", "\($0)")], factory: metrics) }
        for counter in counters { counter.increment() }
        counters[0].destroy()
        #expect(samples("c") == [#"c_total{user="2"} 1"#, #"c_total{user="3"} 1"#])
        Counter(label: "c", dimensions: [("user", "1")], factory: metrics).increment(by: 5)
        #expect(samples("c").first == #"c_total{user="1"} 5"#)
        for counter in counters { counter.destroy() }
        Counter(label: "c", dimensions: [("user", "1")], factory: metrics).destroy()
        #expect(metrics.render().isEmpty)
    }

    @Test("Two kinds that want one name get two: a scrape with a name twice would be refused")
    func nameClash() {
        Timer(label: "wait", factory: metrics).recordSeconds(1)
        Gauge(label: "wait_seconds_count", factory: metrics).record(4)
        Gauge(label: "process_open_fds", factory: metrics).record(5)
        #expect(samples("wait_seconds_count") == ["wait_seconds_count 1", "wait_seconds_count_gauge 4"])
        #expect(samples("process_open_fds") == ["process_open_fds_gauge 5"])
    }

    @Test("Counts of many tasks at once are all kept", .timeLimit(.minutes(10)))
    func concurrency() async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { [metrics] in
                    for _ in 0..<1000 {
                        Counter(label: "c", factory: metrics).increment()
                        Meter(label: "g", factory: metrics).increment()
                        Timer(label: "t", factory: metrics).recordSeconds(2)
                    }
                }
            }
        }
        #expect(samples("c") == ["c_total 8000"])
        #expect(samples("g") == ["g 8000"])
        #expect(samples("t").suffix(2) == ["t_seconds_sum 16000", "t_seconds_count 8000"])
    }

    /// The lines of samples whose names begin so.
    private func samples(_ prefix: String) -> [String] {
        metrics.render().split(separator: "\n").map(String.init).filter { $0.hasPrefix(prefix) }
    }
}
