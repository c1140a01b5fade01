import GatewayHarness
import Testing

@Suite("The series of the metrics", .gatewayLogOnFailure, .timeLimit(.minutes(10)))
struct MetricSeriesTests {
    @Test("Those whose labels are known are there with 0 before anything has happened, and traffic adds none")
    func known() async throws {
        try await withGateway { gateway in
            let before = try await Exposition(of: gateway)
            let names = [
                "gateway_webhooks_total", "gateway_reviews_open", "gateway_reviews_opened_total",
                "gateway_lifecycle_alerts_total",
                "gateway_lifecycle_events_total", "gateway_provider_call_seconds_count",
            ]
            for name in names {
                let samples = before.samples.filter { $0.key.prefix { $0 != "{" } == name }
                #expect(!samples.isEmpty && samples.values.allSatisfy { $0 == "0" }, "\(name): \(samples)")
            }
            try await makeTraffic(at: gateway)
            try await eventually("the mock's webhooks are counted") {
                let now = try await Exposition(of: gateway)
                return now.samples[#"gateway_webhooks_total{provider="mock",result="applied"}"#] != "0"
            }

            let after = try await Exposition(of: gateway)
            // Refusals that clients cause are not foreseen, and neither is what is no route.
            let new = after.samples.keys.filter { before.samples[$0] == nil && !$0.contains(#"status="4"#) }
            #expect(new.sorted() == [])
            #expect(Set(before.samples.keys).subtracting(after.samples.keys).sorted() == [], "none disappears")
            let counted = [
                #"gateway_provider_call_seconds_count{operation="confirm",outcome="declined",provider="mock"}"#: "1",
                #"gateway_provider_call_seconds_count{operation="refund",outcome="completed",provider="mock"}"#: "1",
                #"gateway_webhooks_total{provider="mock",result="refused"}"#: "1",
                #"gateway_webhooks_total{provider="mock",result="duplicate"}"#: "1",
            ]
            for (sample, value) in counted { #expect(after.samples[sample] == value, "\(sample)") }
        }
    }

    @Test("Each metric has a TYPE and a HELP text in words, once and before its samples, and no sample comes twice")
    func format() async throws {
        try await withGateway { gateway in
            try await makeTraffic(at: gateway)
            let exposition = try await Exposition(of: gateway)
            #expect(exposition.mistakes == [])
            #expect(exposition.help.count > 15)
            for (name, text) in exposition.help {
                #expect(text.contains(" ") && text.hasSuffix("."), "\(name): \(text)")
            }
        }
    }

    @Test("A provider that a reload brings has its series at the next scrape")
    func reload() async throws {
        try await withGateway { gateway in
            try gateway.reconfigure { $0.providers.append(GatewayConfiguration.mock(named: "second")) }
            #expect(try await gateway.admin.post("/providers/reload").status == 200)
            let series = #"gateway_webhooks_total{provider="second",result="refused"}"#
            #expect(try await Exposition(of: gateway).samples[series] == "0")
        }
    }

    /// One of everything that a shop does, and a webhook twice and a forged one.
    private func makeTraffic(at gateway: GatewayProcess) async throws {
        let user = gateway.newUser()
        let paid = try await user.pay()
        #expect(try await user.refund(paid, "1.00").status == 200)
        #expect(try await user.confirm(user.begin(), "pm_card_chargeDeclined").status == 402)
        let reserved = try await user.begin(more: #","capture_method":"manual""#)
        #expect(try await user.confirm(reserved).status == 200)
        #expect(try await gateway.admin.post("/payments/\(reserved.intent)/capture", "{}").status == 200)
        #expect(try await user.post("/payments/\(user.begin().intent)/cancel").status == 200)
        for path in [
            "/orders", "/orders/\(paid.order)", "/payments/transactions", "/payments/transactions/\(paid.transaction)",
            "/payments/transactions/\(paid.transaction)/events", "/payments/\(paid.intent)", "/payments/\(paid.intent)/refunds",
        ] {
            #expect(try await user.get(path).status == 200)
        }
        #expect(try await gateway.admin.get("/providers").status == 200)
        let webhook = Webhook("payment_intent.succeeded", intent: paid.intent)
        for _ in 1...2 { #expect(try await webhook.post(to: gateway).status == 200) }
        var forged = webhook
        forged.secret = "not-the-secret"
        #expect(try await forged.post(to: gateway).status == 400)
    }
}

/// What a gateway answers to a scrape.
private struct Exposition {
    /// The samples' values by name and labels.
    private(set) var samples: [String: String] = [:]
    /// The HELP texts by the metrics' names.
    private(set) var help: [String: String] = [:]
    /// What Prometheus would refuse, or could not assign to a metric.
    private(set) var mistakes: [String] = []

    init(of gateway: GatewayProcess) async throws {
        let answer = try await HTTPRequest(path: "/metrics").send(toPort: gateway.port)
        try #require(answer.status == 200, "\(answer)")
        var types: [String: String] = [:]
        for line in answer.text.split(separator: "\n") {
            if let match = line.wholeMatch(of: /# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)/) {
                let (kind, name, text) = (match.1, String(match.2), String(match.3))
                let previous = kind == "HELP" ? help.updateValue(text, forKey: name) : types.updateValue(text, forKey: name)
                if previous != nil { mistakes.append("\(kind) of \(name) comes twice") }
            } else if let match = line.wholeMatch(
                of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\.)*",?)+\})? (\S+)/)
            {
                let name = String(match.1)
                let family =
                    ["_bucket", "_sum", "_count"].lazy.filter(name.hasSuffix).map { String(name.dropLast($0.count)) }
                    .first { types[$0] == "histogram" || types[$0] == "summary" } ?? name
                if types[family] == nil || help[family] == nil { mistakes.append("\(name) has no TYPE or HELP before it") }
                let key = name + (match.2 ?? "")
                if samples.updateValue(String(match.3), forKey: key) != nil { mistakes.append("\(key) comes twice") }
            } else {
                mistakes.append(String(line))
            }
        }
    }
}
