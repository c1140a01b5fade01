import GatewayCore
import ProviderAPI

extension SQLiteTransaction {
    func webhooks(_ query: WebhookQuery) throws -> [WebhookStanding] {
        var page = PageQuery(
            "\(WebhookRow.columns), result, next_try_at, updated_at", from: WebhookRow.table, by: Self.index(for: query),
            .oldestFirst)
        switch query.state {
        // Word for word the conditions of the partial indexes: SQLite takes them for nothing else.
        case .pending: page.require("state = 'pending'")
        case .ignored, .contradicted: page.require("state IN ('ignored', 'contradicted')")
        case .applied, nil: break
        }
        page.filter("state = ?", query.state?.rawValue)
        page.filter("event_id = ?", query.eventID)
        page.filter("payment_intent_id = ?", query.paymentIntentID)
        page.filter("provider = ?", query.provider)
        var receivedFrom = query.receivedFrom
        if let id = query.afterID {
            guard let position = try pagePosition(of: id, in: WebhookRow.table) else { return [] }
            page.resume(after: position)
            // One lower bound at a time: were both given, SQLite might start its walk at the looser one.
            if let bound = receivedFrom, position.time >= bound { receivedFrom = nil }
        }
        page.filter("created_at >= ?", receivedFrom?.unixMilliseconds)
        let (sql, arguments) = page.statement(limit: query.limit)
        return try all(sql, arguments) { row in
            let read = ColumnReader(row, of: WebhookRow.table)
            return WebhookStanding(
                record: try WebhookRow.decode(row), result: row[6], nextTryAt: read.timestamp(7), updatedAt: read.timestamp(8)
            )
        }
    }

    /// The index that holds the fewest rows beside those that match. Along the last one, what does not match is passed over row by row
    /// until the page is full: that is for operators, and bounded by the time that they name.
    private static func index(for query: WebhookQuery) -> String {
        if query.eventID != nil { return "webhook_events_event" }
        if query.paymentIntentID != nil { return "webhook_events_intent" }
        switch query.state {
        case .pending: return "webhook_events_due"
        case .ignored, .contradicted: return "webhook_events_unapplied"
        case .applied, nil: return "webhook_events_arrival"
        }
    }
}
