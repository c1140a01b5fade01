public import ProviderAPI

extension ProviderHost {
    /// A host for tests: everything injected, nothing real.
    public static func testing(
        name: String = "test", settings: [String: SettingValue] = [:], http: any HTTPTransport = ScriptedTransport([]),
        log: any ProviderLog = RecordingLog(), clock: any ProviderClock = ManualClock(),
        random: any ProviderRandom = SeededRandom(),
        environment: GatewayEnvironment = .development, baseDirectory: String = "."
    ) -> ProviderHost {
        ProviderHost(
            name: name, settings: ProviderSettings(settings), http: http, log: log, clock: clock, random: random,
            environment: environment, webhookURL: "http://127.0.0.1:8080/api/v1/payments/webhooks/\(name)",
            pagesURL: "http://127.0.0.1:8080/providers/\(name)/pages", baseDirectory: baseDirectory
        )
    }
}

extension CallContext {
    /// The time that the gateway gives a call.
    static let usualTime = Duration.seconds(20)

    /// A call with `time` to go.
    ///
    /// - Parameter time: by default far more than a call takes on any machine: a test whose subject is the deadline says when it is.
    public static func testing(requestID: String = "req-test", within time: Duration = .seconds(600)) -> CallContext {
        CallContext(deadline: .now + time, requestID: requestID)
    }
}

extension OperationIdentity {
    /// An operation with a key that follows from its id.
    public static func testing(_ id: String = "1") -> OperationIdentity {
        OperationIdentity(id: id, idempotencyKey: "gw-test-\(id)")
    }
}
