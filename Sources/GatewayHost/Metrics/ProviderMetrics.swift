import GatewayCore

/// How busy the providers in use are, asked of their calls at each scrape.
struct ProviderMetrics: Sendable {
    /// The metrics' names.
    static let names = ["gateway_provider_calls_in_flight", "gateway_provider_calls_limit"]

    let registry: any ProviderRegistry

    /// The metrics as text. Calls that go on at a provider which a reload has exchanged are not counted.
    func render() -> String {
        let providers = registry.providers
        var text = ""
        Self.add(
            "gateway_provider_calls_in_flight", "Calls to the provider that are at work.", of: providers, to: &text
        ) { $0.calls.count }
        Self.add(
            "gateway_provider_calls_limit", "Calls at once from which on those of clients are refused (max_concurrent_calls).",
            of: providers, to: &text
        ) { $0.calls.limit }
        return text
    }

    private static func add(
        _ name: String, _ help: String, of providers: [Provider], to text: inout String, value: (Provider) -> Int
    ) {
        text += PrometheusText.header(name, help: help, type: "gauge")
        for provider in providers {
            let labels = PrometheusText.labels([("provider", provider.name)])
            PrometheusText.sample(name, labels, PrometheusText.number(Double(value(provider))), to: &text)
        }
    }
}
