import GatewayHTTP

/// How much memory the bodies of requests take, read at each scrape.
struct BodyMetrics: Sendable {
    /// The metrics' names.
    static let names = ["gateway_body_memory_bytes", "gateway_body_memory_limit_bytes"]

    let memory: BodyMemory

    /// The metrics as text.
    func render() -> String {
        var text = ""
        PrometheusText.gauge(
            "gateway_body_memory_bytes", "Bytes of request bodies in memory, those beyond the first 8 KiB of each.",
            memory.bytesInUse, to: &text)
        PrometheusText.gauge(
            "gateway_body_memory_limit_bytes",
            "Bytes of request bodies from which on one more is refused (server.body_memory_mib).",
            memory.limit, to: &text)
        return text
    }
}
