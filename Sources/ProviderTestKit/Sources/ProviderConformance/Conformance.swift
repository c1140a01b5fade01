public import ProviderAPI

/// The conformance suite: whether a module keeps the rules of ``PaymentService``.
///
/// It replays a module's recorded exchanges, and then some of each kind of call with faults, on a scripted transport and clock:
///
/// - connections refused and torn, before the first request and at later ones, and again at the module's own repeats;
/// - broken servers, answers cut short or without sense, other amounts, ids and statuses than were recorded;
/// - servers that never answer, cancelled calls, many calls at once;
/// - webhooks changed, unsigned, signed by others, stale, delivered twice and out of order;
/// - answers and settings that tell secrets and card numbers, which no log line and no error may repeat.
///
/// It needs no network, moves no money and takes seconds; what it tries is the same in each run. Authors call it from a test
/// through `expectConformance` of ProviderTestKit, and the gateway runs it against the built module.
///
/// A check passes where everything that it tried was right. It fails, too, where nothing is recorded that it could try, unless
/// provider.json says in `not_applicable` why that is so.
public struct Conformance: Sendable {
    private let module: any ProviderModule
    private let recording: ProviderRecording

    /// A run of the suite over `module` with its recorded exchanges.
    public init(of module: any ProviderModule, recording: ProviderRecording) {
        self.module = module
        self.recording = recording
    }

    /// Every check, in the order of the report.
    public static let checks: [ConformanceCheck] = [
        .settingsSchema, .settingsErrors, .recordedExchanges, .amountsExact, .keysPassedOn, .keysStable, .callContext,
        .notSent, .lostAnswer, .serverError, .truncatedAnswer, .senselessAnswer, .wrongAmount, .wrongID, .unknownStatus,
        .deadline, .cancellation, .noSharedState, .secretsKept,
        .webhookForged, .webhookStale, .webhookReplayed, .webhookReordered, .webhookSecrets,
    ]

    /// Runs every check.
    public func run() async -> ConformanceReport {
        let bench = await Workbench(module: module, recording: recording)
        let results = await withTaskGroup(of: (Int, ConformanceReport.Result).self) { group in
            for (index, check) in Self.checks.enumerated() {
                group.addTask { (index, await result(of: check, on: bench)) }
            }
            return await group.reduce(into: [Int: ConformanceReport.Result]()) { $0[$1.0] = $1.1 }
        }
        return ConformanceReport(
            module: module.information, results: results.sorted { $0.key < $1.key }.map(\.value))
    }

    /// What `recorded-exchanges` finds in the case `name`, for tests that show each case by itself.
    public func findings(inCase name: String) async -> [ConformanceReport.Finding] {
        let bench = await Workbench(module: module, recording: recording)
        guard let named = recording.cases.first(where: { $0.name == name }) else {
            return [ConformanceReport.Finding(place: name, expected: "a recorded case", actual: "no such case")]
        }
        return await bench.replay(named).findings
    }

    private func result(of check: ConformanceCheck, on bench: Workbench) async -> ConformanceReport.Result {
        var result = ConformanceReport.Result(
            check: check.id, title: check.title, why: check.why, status: .passed, cases: 0, findings: [])
        if let reason = recording.description.notApplicable?[check.id] {
            result.status = .notApplicable
            result.reason = reason
            return result
        }
        var tally = await check.body(bench)
        if let reason = tally.notApplicable {
            result.status = .notApplicable
            result.reason = reason
            return result
        }
        if tally.cases == 0, tally.findings.isEmpty {
            tally.find(
                recording.folder, expected: "a recorded case that this check can try, or a reason in not_applicable",
                actual: "nothing recorded exercises this")
        }
        result.cases = tally.cases
        result.findings = tally.firstFindings(25)
        result.status = tally.findings.isEmpty ? .passed : .failed
        return result
    }
}
