import CoreMetrics
import GatewayCore
import GatewayHTTP
import GatewayLifecycle

/// The metrics that count what happens: what each means, and the series that are there before anything has happened.
///
/// Prometheus' `increase()` and `rate()` compare samples of a series. A series that first appears when it is first incremented has no
/// sample before, so that its first increment is not seen: the first discrepancy would raise no alert. Every series whose
/// labels are known is therefore exposed with 0 from the first scrape on.
enum MetricCatalog {
    /// The HELP texts by the instruments' labels.
    static let help: [String: String] = [
        "gateway_bodies_refused_total":
            "Bodies of requests that were refused because the memory for bodies was in use, by sender: anonymous or authenticated.",
        "gateway_http_request_seconds":
            "Time to answer a request, by method, route and status. Statuses of the 400s appear when they first occur.",
        "gateway_key_set_refreshes_total":
            "Readings of auth.jwks, by result: changed, unchanged or failed (the last good set stays in use).",
        "gateway_lifecycle_alerts_total": "What operators have to look at, by alert; each has a line in the log.",
        "gateway_lifecycle_events_total": "What happened to payments, refunds and disputes, by event.",
        "gateway_provider_call_seconds":
            "Time of calls that change something at a provider, by operation and outcome: completed, declined, rejected, "
            + "not_sent (it surely never reached the provider) or unknown (it may have been carried out, and is looked up).",
        "gateway_provider_calls_refused_total":
            "Calls of clients that were refused because max_concurrent_calls of the provider were at work.",
        "gateway_rate_limited_requests_total":
            "Requests that were answered 429, because their user sent more than rate_limits allows.",
        "gateway_reviews_opened_total":
            "Discrepancies between the books and a provider that were opened, by code; each waits for a person's decision.",
        "gateway_security_events_total":
            "Events that an attack may cause, by event: failed authentication, access and signatures, bad framing, slow requests, and "
            + "limits of connections and descriptors that were reached.",
        "gateway_webhooks_missed_total":
            "Changes that the gateway found by asking the provider, and whose webhook had not arrived.",
        "gateway_webhooks_total":
            "Webhooks that arrived, by result: applied, pending (it waits), ignored (not this gateway's), contradicted (it opened "
            + "a discrepancy), duplicate (stored before) or refused (its signature does not hold).",
        "provider_http_request_duration_seconds":
            "Time of HTTP requests to providers, repeats by the provider's module included, by method and outcome.",
        "provider_http_requests_total":
            "HTTP requests to providers, repeats by the provider's module included, by method and outcome: the class of the "
            + "answer's status, not_sent or unknown.",
    ]

    /// Makes the series that are known: those of the routes and of these providers. Those that exist stay as they are.
    ///
    /// It is called before each scrape: the providers may have been exchanged by a reload.
    static func register(providers: [String], in metrics: PrometheusMetrics) {
        for code in DiscrepancyCode.allCases {
            _ = metrics.makeCounter(label: "gateway_reviews_opened_total", dimensions: [("code", code.rawValue)])
        }
        for alert in Alert.allCases {
            _ = metrics.makeCounter(label: "gateway_lifecycle_alerts_total", dimensions: [("alert", alert.rawValue)])
        }
        for event in LifecycleEvent.allCases {
            _ = metrics.makeCounter(label: "gateway_lifecycle_events_total", dimensions: [("event", event.rawValue)])
        }
        for event in SecurityEvent.allCases {
            _ = metrics.makeCounter(label: "gateway_security_events_total", dimensions: [("event", event.rawValue)])
        }
        for sender in BodyMemory.Sender.labels {
            _ = metrics.makeCounter(label: "gateway_bodies_refused_total", dimensions: [("sender", sender)])
        }
        _ = metrics.makeCounter(label: "gateway_rate_limited_requests_total", dimensions: [])
        for result in ["changed", "unchanged", "failed"] {
            _ = metrics.makeCounter(label: "gateway_key_set_refreshes_total", dimensions: [("result", result)])
        }
        for (route, statuses) in [("/healthz", [200]), ("/readyz", [200, 503]), ("/metrics", [200])] {
            for status in statuses {
                let dimensions = [("method", "GET"), ("route", route), ("status", "\(status)")]
                _ = metrics.makeTimer(label: "gateway_http_request_seconds", dimensions: dimensions)
            }
        }
        for answers in RouteTable.answers {
            for status in answers.statuses {
                let dimensions = [("method", answers.method), ("route", answers.route), ("status", "\(status)")]
                _ = metrics.makeTimer(label: "gateway_http_request_seconds", dimensions: dimensions)
            }
        }
        for provider in providers { register(provider, in: metrics) }
    }

    private static func register(_ provider: String, in metrics: PrometheusMetrics) {
        let name = ("provider", provider)
        _ = metrics.makeCounter(label: "gateway_provider_calls_refused_total", dimensions: [name])
        _ = metrics.makeCounter(label: "gateway_webhooks_missed_total", dimensions: [name])
        for result in WebhookResult.allCases {
            _ = metrics.makeCounter(label: "gateway_webhooks_total", dimensions: [name, ("result", result.rawValue)])
        }
        for operation in OperationKind.allCases {
            for outcome in CallOutcome.allCases {
                let dimensions = [name, ("operation", operation.rawValue), ("outcome", outcome.rawValue)]
                _ = metrics.makeTimer(label: "gateway_provider_call_seconds", dimensions: dimensions)
            }
        }
        // Other methods are rare: they appear when a provider first uses them.
        for method in ["GET", "POST"] {
            for outcome in OutboundObserver.outcomes {
                let dimensions = [name, ("method", method), ("outcome", outcome)]
                _ = metrics.makeCounter(label: "provider_http_requests_total", dimensions: dimensions)
                _ = metrics.makeTimer(label: "provider_http_request_duration_seconds", dimensions: dimensions)
            }
        }
    }
}
