import ProviderAPI

/// A module and its recording, as checks work on them.
struct Workbench: Sendable {
    let module: any ProviderModule
    let recording: ProviderRecording
    /// What a service with the recorded settings can do.
    let capabilities: ProviderCapabilities
    let signer: WebhookSigner
    private let defaults: [String: SettingValue]

    init(module: any ProviderModule, recording: ProviderRecording) async {
        self.module = module
        self.recording = recording
        signer = WebhookSigner(signature: recording.description.webhooks?.signature)
        var defaults: [String: SettingValue] = [:]
        for setting in module.settingsSchema.settings {
            defaults[setting.key] = setting.defaultValue
        }
        self.defaults = defaults
        let settings = Self.merged([recording.description.settings], over: defaults)
        let service = try? await module.makeService(host: .testing(settings: settings))
        capabilities = service?.capabilities ?? ProviderCapabilities()
    }

    /// Settings as the host hands them out: the recorded ones, `changes` in place of some, defaults for what has no value.
    func settings(_ changes: [String: JSONValue]? = nil) -> [String: SettingValue] {
        Self.merged([recording.description.settings, changes ?? [:]], over: defaults)
    }

    /// A case as it was recorded.
    func trial(of recorded: RecordedCase) -> Trial {
        Trial(call: recorded.call, settings: settings(recorded.settings), steps: recorded.exchanges.map(\.step))
    }

    /// The webhook of a call, signed with the first secret of the settings; nil for other calls.
    func webhook(of call: RecordedCall, settings: [String: SettingValue]) -> WebhookRequest? {
        signer.webhook(of: call, secret: webhookSecret(in: settings))
    }

    /// The secret that the suite signs with.
    func webhookSecret(in settings: [String: SettingValue]) -> String {
        guard let key = signer.signature?.secrets else { return "" }
        return [settings, self.settings()].lazy.compactMap { $0[key]?.texts.first }.first ?? ""
    }

    /// Makes a service, and the call on it; again where the machine was too busy for the run to say anything about the module.
    func run(_ trial: Trial) async -> TrialRun {
        for _ in 1..<Patience.attempts {
            let run = await run(trial, on: ScriptedTransport(trial.steps, then: trial.then))
            if !run.isDisturbed { return run }
        }
        return await run(trial, on: ScriptedTransport(trial.steps, then: trial.then))
    }

    /// Makes a service on a transport whose script is given by the caller, and the call on it.
    func run(_ trial: Trial, on transport: ScriptedTransport) async -> TrialRun {
        let log = RecordingLog()
        let clock = trial.clock()
        let start = clock.now()
        var context = CallContext.testing()
        context.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let service: any PaymentService
        do throws(ProviderError) {
            service = try await module.makeService(
                host: .testing(settings: trial.settings, http: transport, log: log, clock: clock, random: trial.random()))
        } catch {
            return TrialRun(result: .noService(error), logBefore: log.lines, context: context)
        }
        let logBefore = log.lines
        let webhook = webhook(of: trial.call, settings: trial.settings)
        context.deadline = .now + trial.time
        trial.onStart(context)
        let result = await Patience.within(trial.time + trial.grace) { [context] in
            await trial.call.perform(with: service, as: trial.operation, webhook: webhook, in: context)
        }
        let isLate = result != nil && context.deadline <= .now
        return TrialRun(
            result: result ?? .unending, sent: transport.sent, log: Array(log.lines.dropFirst(logBefore.count)),
            logBefore: logBefore, context: context, isDisturbed: isLate && clock.now().duration(since: start) < trial.time)
    }

    private static func merged(
        _ layers: [[String: JSONValue]], over defaults: [String: SettingValue]
    ) -> [String: SettingValue] {
        let given = layers.reduce(into: [String: JSONValue]()) { all, layer in all.merge(layer) { $1 } }
        return defaults.merging(given.filter { $0.value != .null }.mapValues(SettingValue.init)) { $1 }
    }
}

extension SettingValue {
    /// The text, or the texts of a list; empty ones left out.
    var texts: [String] {
        (string.map { [$0] } ?? list?.compactMap(\.string) ?? []).filter { !$0.isEmpty }
    }
}

extension RecordedExchange {
    /// The provider's part.
    var step: ScriptedTransport.Step {
        switch response {
        case .word(.lost): .lost
        case .word(.connectionRefused): .connectionRefused
        case .details(let answer): .answer(answer.response)
        }
    }
}

extension RecordedExchange.Response {
    var response: HTTPResponse {
        let fields = (headers ?? [:]).sorted { $0.key < $1.key }.map { HTTPField($0.key, $0.value) }
        return HTTPResponse(status: status, headers: fields, body: body?.body ?? [])
    }
}
