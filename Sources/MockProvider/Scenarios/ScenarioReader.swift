import ProviderAPI

/// Reads the setting `scenarios`, and reports every mistake in it at once, each by its place. Values never are in a message.
struct ScenarioReader {
    private var problems = SettingProblems()

    /// The scenarios of a mock; none where the setting is missing.
    ///
    /// - Throws: ``ProviderError/rejected(_:)`` with the first mistake's place as its field, such as
    ///   `scenarios[2].match.operation`, and all mistakes in its message.
    static func read(_ value: SettingValue?) throws(ProviderError) -> [Scenario] {
        guard let value else { return [] }
        var reader = ScenarioReader()
        let scenarios = reader.scenarios(value)
        try reader.problems.check()
        return scenarios
    }

    private mutating func scenarios(_ value: SettingValue) -> [Scenario] {
        guard let elements = value.list else {
            problems.add("scenarios", "must be a list of scenarios")
            return []
        }
        return elements.enumerated().map { index, element in scenario(element, index: index) }
    }

    private mutating func scenario(_ value: SettingValue, index: Int) -> Scenario {
        var scenario = Scenario(index: index, source: value)
        let known = ["match", "times", "delay", "outcome", "later", "fault", "webhooks"]
        let map = SettingMap(value, at: "scenarios[\(index)]", known: known, &problems)
        if let match = map.map("match", known: ["operation", "amount", "currency", "token", "metadata"], &problems) {
            scenario.match = self.match(match)
        }
        scenario.times = map.integer("times", in: 1...Int64(Int32.max), &problems).map(Int.init)
        scenario.delay = map.duration("delay", upTo: .seconds(24 * 60 * 60), "up to a day", &problems) ?? .zero
        scenario.outcome = outcome(in: map, of: scenario.match.operation)
        scenario.later = map.duration("later", upTo: .longestAdvance, "up to 3650d", &problems)
        if scenario.later != nil, scenario.outcome?.takesItsTime != true {
            let known = Outcome.allCases.filter(\.takesItsTime).map(\.rawValue).joined(separator: ", ")
            problems.add(map.place("later"), "needs an outcome that takes its time: \(known)")
        }
        scenario.fault = map.word("fault", among: Fault.known(for: scenario.match.operation), &problems)
        let treatments = ["delay", "duplicate", "reorder", "drop", "bad_signature", "stale_timestamp"]
        if let webhooks = map.map("webhooks", known: treatments, &problems) {
            scenario.webhooks = treatment(webhooks)
            if let kind = scenario.match.operation, [.create, .retrieve].contains(kind) {
                problems.add(webhooks.path, "has nothing to treat: \(kind.rawValue) makes no event")
            }
        }
        return scenario
    }

    private mutating func match(_ map: SettingMap) -> Scenario.Match {
        var match = Scenario.Match()
        match.operation = map.word("operation", among: CallKind.allCases, &problems)
        match.amount = map.integer("amount", in: 1...Money.maximumMinorUnits, correction: ", in minor units", &problems)
        if let code = map.text("currency", &problems) {
            match.currency = Currency(code)
            if match.currency == nil { problems.add(map.place("currency"), "must be a currency of ISO 4217, such as USD") }
        }
        match.token = map.word("token", among: TestCard.allCases, &problems)
        if match.token != nil, match.operation == .create {
            problems.add(map.place("token"), "never matches: an intent that is being created has no payment method yet")
        }
        match.metadata = map.texts("metadata", &problems)
        return match
    }

    private mutating func outcome(in map: SettingMap, of kind: CallKind?) -> Outcome? {
        guard map["outcome"] != nil else { return nil }
        let kinds = CallKind.allCases.filter { !Outcome.known(for: $0).isEmpty }
        guard let kind, kinds.contains(kind) else {
            problems.add(
                map.place("outcome"), "needs match.operation to be \(kinds.map(\.rawValue).joined(separator: " or "))")
            return nil
        }
        return map.word("outcome", among: Outcome.known(for: kind), &problems)
    }

    private mutating func treatment(_ map: SettingMap) -> WebhookTreatment {
        var treatment = WebhookTreatment()
        treatment.isDropped = map.bool("drop", &problems) ?? false
        treatment.delay = map.duration("delay", upTo: .seconds(24 * 60 * 60), "up to a day", &problems) ?? .zero
        treatment.duplicates = map.integer("duplicate", in: 0...100, &problems).map(Int.init) ?? 0
        treatment.isReordered = map.bool("reorder", &problems) ?? false
        treatment.hasBadSignature = map.bool("bad_signature", &problems) ?? false
        treatment.hasStaleTimestamp = map.bool("stale_timestamp", &problems) ?? false
        if treatment.isDropped, treatment != WebhookTreatment(isDropped: true) {
            problems.add(map.place("drop"), "goes with nothing else: what is never posted is neither late nor doubled")
        }
        return treatment
    }
}
