import GatewayHTTP

/// How many connections clients have open, asked of the limit at each scrape.
struct ConnectionMetrics: Sendable {
    /// The metrics' names.
    static let names = ["gateway_connections", "gateway_connections_limit"]

    let limit: ConnectionLimit

    /// The metrics as text.
    func render() -> String {
        var text = ""
        Self.add("gateway_connections", "Open connections of clients at server.port.", limit.count, to: &text)
        Self.add(
            "gateway_connections_limit", "Connections from which on the oldest idle one ends for each new one.", limit.maximum,
            to: &text)
        return text
    }

    private static func add(_ name: String, _ help: String, _ value: Int, to text: inout String) {
        text += PrometheusText.header(name, help: help, type: "gauge")
        PrometheusText.sample(name, "", PrometheusText.number(Double(value)), to: &text)
    }
}
