import GatewayCore
import GatewayLifecycle
import GatewayStorage
import ProviderAPI

/// What is not settled, and what the writer has done, asked of the store at each scrape.
struct StoreMetrics: Sendable {
    /// The metrics' names.
    static let names = [
        "gateway_oldest_open_operation_seconds", "gateway_open_operations", "gateway_overdue_operations",
        "gateway_pending_webhooks",
        "gateway_reviews_open", "gateway_store_commits_total", "gateway_store_units_total",
        "gateway_store_repeated_batches_total", "gateway_store_waiting_units",
    ]

    let store: SQLiteStore
    let clock: any ProviderClock

    /// The metrics as text. Where the store cannot be read, what is counted in it is left out, and the rest is there.
    func render() async -> String {
        let statistics = store.statistics
        var text = ""
        if let workload = try? await store.read({ try $0.workload() }) {
            let age = workload.oldestOpenOperation.map { max(.zero, clock.now().duration(since: $0)) } ?? .zero
            Self.add(
                "gateway_oldest_open_operation_seconds", "Age of the oldest operation without an outcome; 0 without one.",
                "gauge",
                age / .seconds(1), to: &text)
            Self.add(
                "gateway_open_operations", "Operations without an outcome: pending and unknown.", "gauge",
                Double(workload.openOperations), to: &text)
            Self.add(
                "gateway_overdue_operations", "Open operations that have had no outcome for 72 hours.", "gauge",
                Double(workload.overdueOperations), to: &text)
            Self.add(
                "gateway_pending_webhooks", "Stored webhooks that are not applied yet.", "gauge",
                Double(workload.pendingWebhooks),
                to: &text)
            Self.addReviews(workload.openDiscrepancies, to: &text)
        }
        Self.add(
            "gateway_store_commits_total", "Commits of the database, each with one fdatasync.", "counter",
            Double(statistics.commits), to: &text)
        Self.add(
            "gateway_store_units_total", "Units of work that were committed; several share a commit.", "counter",
            Double(statistics.units), to: &text)
        Self.add(
            "gateway_store_repeated_batches_total",
            "Batches that were undone and run again, because one of their units failed after it had written.", "counter",
            Double(statistics.repeatedBatches), to: &text)
        Self.add(
            "gateway_store_waiting_units", "Units of work that wait for the writer.", "gauge", Double(store.waitingUnits),
            to: &text)
        return text
    }

    private static func addReviews(_ open: [DiscrepancyCode: Int], to text: inout String) {
        let name = "gateway_reviews_open"
        text += PrometheusText.header(name, help: "Payments with an open discrepancy, by its code.", type: "gauge")
        for code in DiscrepancyCode.allCases {
            PrometheusText.sample(
                name, PrometheusText.labels([("code", code.rawValue)]), PrometheusText.number(Double(open[code] ?? 0)), to: &text)
        }
    }

    private static func add(_ name: String, _ help: String, _ type: String, _ value: Double, to text: inout String) {
        text += PrometheusText.header(name, help: help, type: type)
        PrometheusText.sample(name, "", PrometheusText.number(value), to: &text)
    }
}
