import Testing

@testable import GatewayHost

@Suite("Prometheus' text format")
struct PrometheusTextTests {
    @Test(
        "A name holds only what Prometheus takes",
        arguments: [
            ("http.server.requests", "http_server_requests"), ("job:rate", "job:rate"), ("5xx", "_5xx"), ("größe", "gr__e"),
            ("a b\n", "a_b_"), ("", "_"), ("line} 1\nfake", "line__1_fake"),
        ]
    )
    func names(label: String, name: String) {
        #expect(PrometheusText.metricName(label, suffix: "") == name)
    }

    @Test("Values of labels are escaped, so that none can write a line of its own")
    func escaping() {
        let value = "a\\b\"c\nd\r\ne"
        #expect(PrometheusText.labels([("v", value)]) == "v=\"a\\\\b\\\"c\\nd\r\\ne\"")
        #expect(PrometheusText.header("m", help: "a\\b\"c\nd", type: "gauge") == "# HELP m a\\\\b\"c\\nd\n# TYPE m gauge\n")
    }

    @Test("Labels that become one name share it, and reserved names are moved away")
    func labelNames() {
        #expect(PrometheusText.labels([("a.b", "1"), ("a_b", "2")]) == #"a_b="1;2""#)
        let moved = PrometheusText.labels([("le", "1"), ("__name__", "x")], reserved: "le")
        #expect(moved == #"exported__name__="x",exported_le="1""#)
        #expect(PrometheusText.labels([("le", "1"), ("a:b", "x")]) == #"a_b="x",le="1""#)
    }

    @Test(
        "Numbers are written as Prometheus reads them",
        arguments: [
            (0, "0"), (-3, "-3"), (0.25, "0.25"), (1e21, "1e+21"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
        ] as [(Double, String)]
    )
    func numbers(value: Double, text: String) {
        #expect(PrometheusText.number(value) == text)
    }
}
