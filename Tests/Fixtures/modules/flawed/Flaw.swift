/// One deviation from the contract. Without one the provider is right.
enum Flaw: String, CaseIterable, Sendable {
    /// The setting `api_key` is of the kind string, which is shown.
    case secretAsString = "secret-as-string"
    /// A mistake in the settings is reported without the setting's key.
    case settingsErrorWithoutField = "settings-error-without-field"
    /// The client's description is not passed on.
    case dropsDescription = "drops-description"
    /// Amounts go through floating point.
    case amountsThroughDouble = "amounts-through-double"
    /// The amount of a refund is sent by way of floating point.
    case refundsThroughDouble = "refunds-through-double"
    /// Every currency has two decimals.
    case twoDecimalsForAll = "two-decimals-for-all"
    /// Requests bear no key.
    case keyNotPassedOn = "key-not-passed-on"
    /// The key is cut to 64 characters.
    case keyCutShort = "key-cut-short"
    /// Creations hold the time, so that a repeat differs.
    case clockInBody = "clock-in-body"
    /// Requests are sent in a context of the module's own.
    case ownContext = "own-context"
    /// That nothing could be sent is told as unknown.
    case notSentAsUnknown = "not-sent-as-unknown"
    /// A lost answer is told as notSent.
    case lostAnswerAsNotSent = "lost-answer-as-not-sent"
    /// After a lost answer, a repeat that could not be sent decides.
    case forgetsLostAttempt = "forgets-lost-attempt"
    /// After a lost answer, a repeat that was refused decides.
    case refusalAfterLostAttempt = "refusal-after-lost-attempt"
    /// A 500 is told as declined.
    case serverErrorAsDeclined = "server-error-as-declined"
    /// Each repeat has a key of its own.
    case newKeyAtEachRetry = "new-key-at-each-retry"
    /// A 2xx whose JSON breaks off counts as done.
    case truncatedAsSuccess = "truncated-as-success"
    /// A 2xx with a whole body of any kind counts as done.
    case anySuccessAsDone = "any-success-as-done"
    /// The request's amount is told in place of the answer's.
    case echoesAmount = "echoes-amount"
    /// The id that was asked for is told in place of the answer's.
    case echoesID = "echoes-id"
    /// A payment's status that is not known counts as succeeded.
    case unknownStatusAsSucceeded = "unknown-status-as-succeeded"
    /// A refund's status that is not known counts as failed.
    case unknownRefundStatusAsFailed = "unknown-refund-status-as-failed"
    /// Repeats go on whatever the deadline says.
    case retriesPastDeadline = "retries-past-deadline"
    /// A wait of an hour is slept out because the provider asks for it.
    case obeysRetryAfter = "obeys-retry-after"
    /// Cancellation stops neither the request nor its repeats.
    case swallowsCancellation = "swallows-cancellation"
    /// The operation of a call is kept in the service while the call runs.
    case sharedState = "shared-state"
    /// The log shows the request's headers.
    case logsSecret = "logs-secret"
    /// The provider's message is passed on as it is, card numbers and all.
    case repeatsMessage = "repeats-message"
    /// The refusal of a webhook tells the signature that would be right.
    case tellsSignature = "tells-signature"
    /// Every webhook is believed.
    case verifiesNothing = "verifies-nothing"
    /// An empty secret verifies.
    case acceptsEmptySecret = "accepts-empty-secret"
    /// A webhook's time is not looked at.
    case ignoresTimestamp = "ignores-timestamp"
    /// Only the first of several webhook secrets counts.
    case firstSecretOnly = "first-secret-only"
    /// The header that webhooks must have is one that they don't have.
    case namesAnotherHeader = "names-another-header"
    /// An event has another id each time it is read.
    case randomEventID = "random-event-id"
    /// An event is ignored that is older than one that was read before.
    case ignoresLateEvents = "ignores-late-events"
}
