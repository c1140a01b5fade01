/// What the books still need a provider for.
package struct ProviderUse: Sendable, Hashable {
    /// More payments than this are not counted: it takes the same time with ten payments and with ten million.
    package static let countLimit = 1000

    /// The provider's name.
    package var provider: String
    /// How many payments were made at it since a time, at most ``countLimit``.
    package var recentPayments: Int
    /// How many operations at it have no outcome yet.
    package var openOperations: Int

    /// A provider that payments in the books need.
    package init(provider: String, recentPayments: Int, openOperations: Int) {
        self.provider = provider
        self.recentPayments = recentPayments
        self.openOperations = openOperations
    }
}
