/// The answers of a route that are counted before the first of them was given.
package struct RouteAnswers: Sendable {
    /// The method.
    package let method: String
    /// The path as metrics and log lines have it: `/api/v1/orders/{id}`.
    package let route: String
    /// The statuses of success and of failures on the gateway's side. Those that a client causes (4xx) are left out: nobody is woken by
    /// them, and most never occur.
    package let statuses: [Int]
}

extension RouteTable {
    /// What `openapi.yaml` says that the routes answer.
    package static let answers: [RouteAnswers] = [
        answers("POST", "/orders", 201, 500, 503),
        answers("GET", "/orders", 200, 500, 503),
        answers("GET", "/orders/{id}", 200, 500, 503),
        answers("POST", "/payments/create-payment-intent", 200, 201, 202, 500, 502, 503),
        answers("GET", "/payments/transactions", 200, 500, 503),
        answers("GET", "/payments/transactions/{id}", 200, 500, 503),
        answers("GET", "/payments/transactions/{id}/events", 200, 500, 503),
        answers("GET", "/payments/{intent}", 200, 500, 503),
        answers("POST", "/payments/{intent}/confirm", 200, 202, 500, 502, 503),
        answers("POST", "/payments/{intent}/capture", 200, 202, 500, 502, 503),
        answers("POST", "/payments/{intent}/cancel", 200, 202, 500, 502, 503),
        answers("POST", "/payments/{intent}/refund", 200, 202, 500, 502, 503),
        answers("GET", "/payments/{intent}/refunds", 200, 500, 503),
        answers("POST", "/payments/webhooks/{provider}", 200, 500, 503),
        answers("GET", "/providers", 200, 500),
        answers("POST", "/providers/reload", 200, 500),
        answers("GET", "/providers/{provider}/commands", 200, 500),
        answers("POST", "/providers/{provider}/commands/{command}", 200, 500, 503),
    ]

    private static func answers(_ method: String, _ path: String, _ statuses: Int...) -> RouteAnswers {
        RouteAnswers(method: method, route: "/api/v1" + path, statuses: statuses)
    }
}
