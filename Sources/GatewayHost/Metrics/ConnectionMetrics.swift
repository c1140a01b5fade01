import GatewayHTTP

/// How many connections clients have open, asked of the limit at each scrape.
struct ConnectionMetrics: Sendable {
    /// The metrics' names.
    static let names = ["gateway_connections", "gateway_connections_limit"]

    let limit: ConnectionLimit

    /// The metrics as text.
    func render() -> String {
        var text = ""
        PrometheusText.gauge("gateway_connections", "Open connections of clients at server.port.", limit.count, to: &text)
        PrometheusText.gauge(
            "gateway_connections_limit", "Connections from which on the oldest idle one ends for each new one.", limit.maximum,
            to: &text)
        return text
    }
}
