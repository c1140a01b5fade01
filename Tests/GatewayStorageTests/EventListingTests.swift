import GRDB
import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayStorage

@Suite("How far a provider's list of events has been read")
struct EventListingTests {
    @Test("It is read as it was written, and the check of open payments beside it changes nothing")
    func roundTrip() async throws {
        try await withStore { store throws in
            let page = EventListing(
                until: time(1), window: EventListing.Window(from: time(2), until: time(3), cursor: "evt_1"))
            let done = EventListing(until: time(4))
            for listing in [page, done, EventListing(window: .init(from: time(5), cursor: "evt_2")), EventListing()] {
                try await store.write { writer throws in
                    try writer.setEventListing(listing, of: "mock", at: time())
                    try writer.setOpenPaymentsChecked(at: "mock", until: time(9), at: time())
                }
                #expect(try await store.read { try $0.eventListing(of: "mock") } == listing)
                #expect(try await store.read { try $0.openPaymentsChecked(at: "mock") } == time(9))
            }
            #expect(try await store.read { try $0.eventListing(of: "other") } == EventListing())
            #expect(try await store.read { try $0.openPaymentsChecked(at: "other") } == nil)
        }
    }

    @Test("The migration keeps the mark of each provider for its open payments, and begins its list a day before it")
    func migration() throws {
        let queue = try DatabaseQueue()
        let migrator = GatewayMigrator.make(installation: { "test" })
        try migrator.migrate(queue, upTo: Migration0010OpenOperations.identifier)
        try queue.write { database throws in
            try database.execute(sql: "INSERT INTO event_listings VALUES ('mock', 86400007, 8, 9)")
        }
        try migrator.migrate(queue)
        try queue.write { database throws in
            let store = SQLiteTransaction(database: database)
            // The old mark was the gateway's clock, which may have been ahead of the provider's.
            #expect(try store.eventListing(of: "mock") == EventListing(until: Timestamp(unixMilliseconds: 7)))
            #expect(try store.openPaymentsChecked(at: "mock") == Timestamp(unixMilliseconds: 86_400_007))
        }
    }
}
