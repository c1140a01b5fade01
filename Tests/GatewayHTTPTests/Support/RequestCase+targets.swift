import HTTPTypes

extension RequestCase {
    /// Queries that must be refused.
    static let queries: [RequestCase] = limits + cursors + filters + parameters

    private static let limits: [RequestCase] = [
        "limit=0", "limit=-1", "limit=101", "limit=abc", "limit=1.5", "limit=", "limit=%201", "limit=+1", "limit=1e1",
        "limit=%D9%A3", "limit=0x10",
        "limit=1&limit=1", "limit=1&limit=2", "limit=1%00", "limit=1;status=failed", "limit=99999999999999999999", "limit",
    ].map { query($0, field: "limit") }

    private static let cursors: [RequestCase] = [
        "cursor=abc", "cursor=", "cursor=djE6MA", "cursor=djE6LTE", "cursor=djI6MQ", "cursor=1",
        "cursor=djE6MTIzNDU2Nzg5MDEyMzQ1Njc4OTA",
    ].map {
        query($0, field: "cursor")
    }

    private static let filters: [RequestCase] = orderFilters + statuses + times

    private static let orderFilters: [RequestCase] = [
        "order_id=0", "order_id=-1", "order_id=abc", "order_id=1.0", "order_id=9007199254740992", "order_id=",
        "order_id=1&order_id=2",
    ].map {
        query($0, field: "order_id")
    }

    private static let statuses: [RequestCase] = [
        "status=paid", "status=SUCCEEDED", "status=", "status=succeeded,failed", "status=succeeded%00",
    ].map { query($0, field: "status") }

    private static let times: [RequestCase] = [
        "created_from=yesterday", "created_from=2026-13-01T00:00:00Z", "created_from=2026-02-30T00:00:00Z",
        "created_from=2026-01-08",
        "created_from=2026-01-08T25:00:00Z", "created_from=1767834000", "created_from=",
    ].map { query($0, field: "created_from") }

    private static let parameters: [RequestCase] = [
        query("created_to=tomorrow", field: "created_to"), query("provider=", field: "provider"),
        query("provider=" + String(repeating: "p", count: 256), field: "provider"), query("Limit=1", field: "Limit"),
        query("limit[]=1", field: "limit[]"), query("amonut=1", field: "amonut"), query("=1", field: "query"),
        query("%", field: "query"),
        query("a=%zz", field: "query"), query("a=%2", field: "query"), query("a=%ff", field: "query"),
        query("a=%c0%80", field: "query"),
        query("%61%6D=1", field: "am"), query("a", field: "a"),
        query(.get, "/orders/1?x=1", field: "x"), query(.get, "/orders?status=pending&x=1", field: "x"),
        query(.post, "/orders?amount=1", field: "amount"),
        query(.post, "/payments/create-payment-intent?order_id=1", field: "order_id"),
        query(.post, "/payments/pi_1/confirm?amount=1", field: "amount"),
        query(.post, "/payments/pi_1/refund?amout=50", field: "amout"),
        query(.post, "/payments/pi_1/refund?amount=50&amount=50", field: "amount"),
        query(.post, "/payments/pi_1/refund?amount=", field: "amount"),
        query(.post, "/payments/pi_1/refund?provider=", field: "provider"),
        query(.post, "/payments/pi_1/cancel?provider=a&provider=b", field: "provider"),
        query(.get, "/payments/pi_1?expand=charges", field: "expand"),
        query(.get, "/payments/pi_1/refunds?limit=1", field: "limit"), query(.get, "/payments/transactions/1?x=1", field: "x"),
        query(.get, "/payments/transactions/1/events?limit=1", field: "limit"),
        query(.get, "/providers?x=1", as: .admin, field: "x"),
        query(.post, "/providers/reload?force=1", as: .admin, field: "force"),
        query(.post, "/providers/reload?force=", as: .admin, field: "force"),
        query(.post, "/providers/reload?dry_run=true", as: .admin, field: "dry_run"),
    ]

    /// Paths and methods that must be refused.
    static let targets: [RequestCase] = orderPaths + transactionPaths + others + methods

    private static let orderPaths: [RequestCase] = [
        "abc", "0", "-1", "+1", "01", "1.0", "1e0", "0x1", "99999999999999999999", "9223372036854775808", "1%00", "1%20", "%201",
        "1%0A", "%EF%BC%91",
        "%D9%A1", "null", "undefined", "NaN", "true", "*", "1'", "1%20or%201=1", "1;x=1", "%2e%2e", "%2f", "%", "%zz", "%ff",
    ].map { missing("/api/v1/orders/\($0)") }

    private static let transactionPaths: [RequestCase] = [
        "abc", "0", "-1", "01", "99999999999999999999", "abc/events", "0/events", "-1/events", "01/events",
        "99999999999999999999/events",
    ].map { missing("/api/v1/payments/transactions/\($0)") }

    private static let others: [RequestCase] = [
        missing("/api/v1/payments/%20/confirm", .post), missing("/api/v1/payments/pi%0A1/confirm", .post),
        missing("/api/v1/payments/pi%00/cancel", .post),
        missing("/api/v1/payments/%C3%A9/refund", .post),
        missing("/api/v1/payments/\(String(repeating: "p", count: 256))/refund", .post),
        missing("/api/v1/payments/pi_of_nobody"), missing("/api/v1/payments/pi_1/nothing"),
        missing("/api/v1/payments/webhooks/nobody", .post),
        missing("/api/v1/providers/nobody/pages/x"), missing("/api/v1/nothing"), missing("/api/v2/orders"),
        missing("/api/v1/Orders"),
        missing("/API/v1/orders"), missing("/api/v1/orders;x=1"), missing("/api/v1/orders%2f1"), missing("/api/v1/../v1/orders"),
        missing("/api/v1/./orders"), missing("/etc/passwd"), missing("/api/docs/%2e%2e/%2e%2e/etc/passwd"),
        missing("/api/docs/..%2f..%2fetc%2fpasswd"),
        missing("/api/v1/orders/1/x"), missing("/api"), missing("/api/v1"),
    ]

    private static let methods: [RequestCase] = [
        method(.delete, "/orders"), method(.put, "/orders/1"), method(.patch, "/orders/1"), method(.post, "/orders/1"),
        method(.get, "/payments/pi_1/confirm"),
        method(.post, "/payments/pi_1/refunds"), method(.get, "/payments/webhooks/nobody"), method(.trace, "/orders"),
        method(.options, "/orders"),
        method(.delete, "/payments/transactions/1"), method(.put, "/providers"),
    ]
}
