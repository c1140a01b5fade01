package import ProviderAPI

extension MockService {
    /// The intent as it is now.
    package func retrievePaymentIntent(_ id: String, in call: CallContext) async throws(ProviderError) -> PaymentIntent {
        try await meetScenario(ofLookup: call) { books throws(ProviderError) in try books.intentIfKnown(id) }
        return try ledger.look { books throws(ProviderError) in try books.intent(id) }.answer
    }

    /// The intent that the operation created. The mock knows all of its journal: nil means that there is none.
    package func findPaymentIntent(
        createdBy operationID: String, in call: CallContext
    ) async throws(ProviderError) -> PaymentIntent? {
        try await meetScenario(ofLookup: call) { books throws(ProviderError) in try books.intent(createdBy: operationID) }
        return try ledger.look { books throws(ProviderError) in try books.intent(createdBy: operationID) }?.answer
    }
}
