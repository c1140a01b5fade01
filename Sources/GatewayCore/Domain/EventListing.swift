package import ProviderAPI

/// How far a provider's list of events has been read. All its times are by the provider's clock.
package struct EventListing: Sendable, Hashable {
    /// A list that is being read page by page.
    package struct Window: Sendable, Hashable {
        /// The time that it begins with.
        package var from: Timestamp
        /// Until when the list is read when its last page is; nil while that is not known.
        package var until: Timestamp?
        /// The next page, in the provider's form; nil for the first.
        package var cursor: String?

        /// A list that begins with a time.
        package init(from: Timestamp, until: Timestamp? = nil, cursor: String? = nil) {
            self.from = from
            self.until = until
            self.cursor = cursor
        }
    }

    /// Until when all events have been read; nil where no list was read to its end.
    package var until: Timestamp?
    /// The list that is being read; nil between two.
    package var window: Window?

    /// Nothing was read yet, unless something is said.
    package init(until: Timestamp? = nil, window: Window? = nil) {
        self.until = until
        self.window = window
    }
}
