import GatewayCore
import ProviderAPI

/// One row for each provider. The list of events and the check of open payments each have columns of their own: they are written side
/// by side.
extension SQLiteTransaction {
    func eventListing(of provider: String) throws -> EventListing {
        try first(
            "SELECT listed_until, window_from, window_until, cursor FROM event_listings WHERE provider = ?", [provider]
        ) { row -> EventListing in
            func time(_ column: Int) -> Timestamp? { (row[column] as Int64?).map { Timestamp(unixMilliseconds: $0) } }
            let window = time(1).map { EventListing.Window(from: $0, until: time(2), cursor: row[3]) }
            return EventListing(until: time(0), window: window)
        } ?? EventListing()
    }

    func setEventListing(_ listing: EventListing, of provider: String, at now: Timestamp) throws {
        try execute(
            """
            INSERT INTO event_listings (provider, listed_until, window_from, window_until, cursor, created_at, updated_at)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (provider) DO UPDATE SET listed_until = excluded.listed_until, window_from = excluded.window_from,
                window_until = excluded.window_until, cursor = excluded.cursor, updated_at = excluded.updated_at
            """,
            [
                provider, listing.until?.unixMilliseconds, listing.window?.from.unixMilliseconds,
                listing.window?.until?.unixMilliseconds, listing.window?.cursor, now.unixMilliseconds, now.unixMilliseconds,
            ]
        )
    }

    func openPaymentsChecked(at provider: String) throws -> Timestamp? {
        try first("SELECT checked_until FROM event_listings WHERE provider = ?", [provider]) { $0[0] as Int64? }?
            .map { Timestamp(unixMilliseconds: $0) }
    }

    func setOpenPaymentsChecked(at provider: String, until: Timestamp, at now: Timestamp) throws {
        try execute(
            """
            INSERT INTO event_listings (provider, checked_until, created_at, updated_at) VALUES (?, ?, ?, ?)
            ON CONFLICT (provider) DO UPDATE SET checked_until = excluded.checked_until, updated_at = excluded.updated_at
            """,
            [provider, until.unixMilliseconds, now.unixMilliseconds, now.unixMilliseconds]
        )
    }
}
