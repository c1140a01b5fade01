import ProviderAPI

/// One call to be made on a service of its own, with everything around it scripted.
struct Trial: Sendable {
    var call: RecordedCall
    /// The settings, defaults filled in.
    var settings: [String: SettingValue]
    /// What comes back, request by request.
    var steps: [ScriptedTransport.Step]
    /// What comes back for each request beyond them; nil where there should be none.
    var then: ScriptedTransport.Step?
    var operation = OperationIdentity.testing("op_1")
    /// How long the call may take.
    var time = CallContext.usualTime
    /// Makes the clock of each attempt.
    var clock: @Sendable () -> any ProviderClock = { ManualClock() }
    /// Makes the random numbers of each attempt.
    var random: @Sendable () -> any ProviderRandom = { SeededRandom() }
    /// Told of the call's context right before the call.
    var onStart: @Sendable (CallContext) -> Void = { _ in }
    /// When the suite gives the call up, after its deadline.
    var grace: Duration = .seconds(5)
}

/// What came of a ``Trial``.
struct TrialRun: Sendable {
    var result: CallResult
    var sent: [SentRequest] = []
    /// The log of the call, without what making the service logged.
    var log: [String] = []
    /// The log of making the service.
    var logBefore: [String] = []
    /// The call's context.
    var context: CallContext
    /// Whether the call ended after its deadline though neither the provider's part nor the module's waits took so long: the machine
    /// was busy with something else, and the run says nothing about the module.
    var isDisturbed = false

    var requests: [HTTPRequest] { sent.map(\.request) }
}
