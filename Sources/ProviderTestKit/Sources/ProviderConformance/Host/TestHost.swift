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
    /// A call with twenty seconds to go.
    public static func testing(requestID: String = "req-test") -> CallContext {
        CallContext(deadline: .now + .seconds(20), requestID: requestID)
    }
}

extension OperationIdentity {
    /// An operation with a key that follows from its id.
    public static func testing(_ id: String = "1") -> OperationIdentity {
        OperationIdentity(id: id, idempotencyKey: "gw-test-\(id)")
    }
}
