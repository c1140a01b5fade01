import ProviderAPI

extension Books {
    /// The intent; nil where there is none.
    func intentIfKnown(_ id: String) throws(ProviderError) -> IntentRecord? {
        do throws(ProviderError) {
            return try intent(id)
        } catch .rejected {
            return nil
        }
    }

    /// The intent that the refund is of; nil where there is no such refund.
    func intentIfKnown(ofRefund id: String) throws(ProviderError) -> IntentRecord? {
        do throws(ProviderError) {
            return try intent(refund(id).paymentIntent)
        } catch .rejected {
            return nil
        }
    }
}
