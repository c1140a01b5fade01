/// How a call to a provider ended, as metrics and log lines name it.
package enum CallOutcome: String, Sendable, CaseIterable {
    /// The provider did what was asked, or began to.
    case completed
    /// A definite no of the payer's bank.
    case declined
    /// A definite no to the request or the gateway's credentials.
    case rejected
    /// The request surely never reached the provider.
    case notSent = "not_sent"
    /// The provider may have done it.
    case unknown
}
