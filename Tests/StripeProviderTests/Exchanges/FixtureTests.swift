import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Exchanges with Stripe, one fixture a case")
struct FixtureTests {
    @Test("What is sent, what comes back, what the gateway is told", arguments: FixtureFolder.names)
    func exchange(name: String) async throws {
        let fixture = try FixtureFolder.read(name)
        let stripe = try await ScriptedStripe(
            fixture.exchanges.map { try $0.step() }, settings: try (fixture.settings ?? [:]).mapValues(Self.setting))

        let linesBefore = stripe.log.lines.count

        let outcome = try await fixture.call.outcome(with: stripe.service)

        #expect(fixture.outcome.differences(from: outcome, optional: JSONValue.optionalInOutcomes) == [])
        #expect(stripe.requests.count == fixture.exchanges.count)
        for (index, (exchange, request)) in zip(fixture.exchanges, stripe.requests).enumerated() {
            try exchange.check(request, after: index == 0 ? nil : stripe.requests[index - 1])
        }
        let warnings = stripe.log.lines.dropFirst(linesBefore).filter { $0.hasPrefix("warning") }
        #expect(warnings.isEmpty == !(fixture.warning ?? false), "\(warnings)")
        stripe.expectNoSecrets(in: stripe.log.lines.joined())
        if case .object(let members) = outcome,
            ["declined", "rejected", "not_sent", "unknown"].contains(where: members.keys.contains)
        {
            stripe.expectNoSecrets(in: "\(outcome)")
        }
    }

    @Test("Every file of the folder is a case of a group, named in lower case with dashes, and no case is there twice")
    func folder() throws {
        #expect(FixtureFolder.names.count > 200)
        #expect(FixtureFolder.files == FixtureFolder.names.map { "\($0).json" })
        for name in FixtureFolder.names {
            #expect(name.wholeMatch(of: /[a-z-]+\/[a-z0-9]+(-[a-z0-9]+)*/) != nil, "\(name)")
        }
        let cases = Dictionary(grouping: FixtureFolder.names) { name in
            (try? FixtureFolder.read(name)).flatMap { try? $0.input() } ?? .string(name)
        }
        #expect(cases.values.filter { $0.count > 1 } == [])
    }

    private static func setting(_ value: JSONValue) throws -> SettingValue {
        switch value {
        case .null: .null
        case .string(let text): .string(text)
        case .array(let values): .list(try values.map(setting))
        default: throw FixtureFolder.Unreadable(description: "\(value) is no setting of Stripe's")
        }
    }
}
