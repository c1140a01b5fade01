import GatewayHTTP

/// How much memory the bodies of requests take, read at each scrape.
struct BodyMetrics: Sendable {
    /// The metrics' names.
    static let names = ["gateway_body_memory_bytes", "gateway_body_memory_limit_bytes"]

    let memory: BodyMemory

    /// The metrics as text.
    func render() -> String {
        var text = ""
        Self.add("gateway_body_memory_bytes", "Bytes of request bodies in memory.", memory.bytesInUse, to: &text)
        Self.add(
            "gateway_body_memory_limit_bytes",
            "Bytes of request bodies from which on one more is refused (server.body_memory_mib).",
            memory.limit, to: &text)
        return text
    }

    private static func add(_ name: String, _ help: String, _ value: Int, to text: inout String) {
        text += PrometheusText.header(name, help: help, type: "gauge")
        PrometheusText.sample(name, "", PrometheusText.number(Double(value)), to: &text)
    }
}
