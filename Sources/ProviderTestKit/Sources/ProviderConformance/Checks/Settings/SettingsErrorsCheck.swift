import ProviderAPI

extension ConformanceCheck {
    static let settingsErrors = ConformanceCheck(
        "settings-errors",
        title: "Settings that cannot work are refused with the setting's key",
        why: "An operator has to find the line in providers.yaml: makeService throws rejected(invalidRequest) with the field "
            + "(ProviderModule in ProviderAPI)."
    ) { bench in
        var tally = Tally()
        for bad in bench.recording.description.badSettings ?? [] {
            tally.cases += 1
            let place = "provider.json: bad_settings \"\(bad.why)\""
            let expected = "rejected as invalidRequest with the field \(bad.field)"
            do throws(ProviderError) {
                _ = try await bench.module.makeService(host: .testing(settings: bench.settings(bad.settings)))
                tally.find(place, expected: expected, actual: "a service")
            } catch {
                if case .rejected(let rejection) = error, rejection.reason == .invalidRequest, rejection.field == bad.field {
                    continue
                }
                tally.find(place, expected: expected, actual: "\(JSONValue.outcome(of: error))")
            }
        }
        return tally
    }
}
