import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A scenario")
struct ScenarioMatchTests {
    /// Which of the calls of two payments, one of 50.00 USD and one of 70 JPY, were refused.
    private func refused(_ match: String) async throws -> [String] {
        let folder = try TemporaryFolder()
        let plain = try await makeMock(in: folder)
        let struck = try await makeMock(in: folder, settings: try scenarios(#"[{"match": \#(match), "fault": "refuse"}]"#))
        var refused: [String] = []
        func attempt<Answer: Sendable>(
            _ name: String, _ body: (any PaymentService) async throws -> Answer
        ) async throws -> Answer {
            do {
                return try await body(struck)
            } catch ProviderError.notSent {
                refused.append(name)
                return try await body(plain)
            }
        }
        for (name, amount, currency, token) in [("a", 5000, "USD", "pm_card_visa"), ("b", 70, "JPY", "pm_card_mastercard")] {
            var request = CreatePaymentIntentRequest(
                amount: Money(minorUnits: Int64(amount), currency: try #require(Currency(currency))), orderID: 17, userID: name)
            request.captureMethod = .manual
            request.metadata = ["case": name, "color": "red"]
            let intent = try await attempt("\(name) create") {
                try await $0.createPaymentIntent(request, as: .testing("\(name)1"), in: call)
            }
            let held = try await attempt("\(name) confirm") { try await $0.confirm(intent.id, with: token, as: "\(name)2") }
            _ = try await attempt("\(name) retrieve") { try await $0.retrieve(intent.id) }
            let paid = try await attempt("\(name) capture") { try await $0.capture(held, 60, as: "\(name)3") }
            _ = try await attempt("\(name) refund") { try await $0.refund(paid, 10, as: "\(name)4") }
            let other = try await plain.create(1, as: "\(name)5")
            _ = try await attempt("\(name) cancel") { try await $0.cancel(other.id, as: "\(name)6") }
        }
        return refused
    }

    @Test(
        "matches by operation, amount, currency, token and the intent's metadata, all of them",
        arguments: [
            (#"{"operation": "create"}"#, ["a create", "b create"]),
            (#"{"operation": "cancel"}"#, ["a cancel", "b cancel"]),
            (#"{"operation": "retrieve"}"#, ["a retrieve", "b retrieve"]),
            // Of a capture and a refund the amount asked for, of the others the intent's.
            (#"{"amount": 5000}"#, ["a create", "a confirm"]),
            (#"{"amount": 60}"#, ["a capture", "b capture"]),
            (#"{"amount": 10}"#, ["a refund", "b refund"]),
            (#"{"currency": "jpy"}"#, ["b create", "b confirm", "b capture", "b refund"]),
            (#"{"currency": "USD", "operation": "confirm"}"#, ["a confirm"]),
            (#"{"token": "pm_card_mastercard"}"#, ["b confirm", "b capture", "b refund"]),
            (#"{"metadata": {"case": "a"}}"#, ["a create", "a confirm", "a capture", "a refund"]),
            (#"{"metadata": {"case": "b", "color": "red", "order_id": 17}, "operation": "refund"}"#, ["b refund"]),
            (#"{"metadata": {"case": "b", "color": "blue"}}"#, []),
            (#"{"metadata": {"user_id": "a", "gateway_operation_id": "a1"}, "operation": "capture"}"#, ["a capture"]),
            (#"{"metadata": {"case": "a"}, "operation": "retrieve"}"#, ["a retrieve"]),
        ])
    func matches(match: String, expected: [String]) async throws {
        #expect(try await refused(match) == expected)
    }

    @Test("without a match is for every call that changes something, and no look-up")
    func everything() async throws {
        let refused = try await refused("{}")
        #expect(
            refused
                == ["a", "b"].flatMap { name in ["create", "confirm", "capture", "refund", "cancel"].map { "\(name) \($0)" } })
    }

    @Test("is the first that matches; one that says nothing is an exception to those below")
    func order() async throws {
        let folder = try TemporaryFolder()
        let json = """
            [{"match": {"operation": "create", "amount": 1}}, {"match": {"operation": "create", "amount": 2}, "fault": "garbage"},
             {"match": {"operation": "create"}, "fault": "refuse"}]
            """
        let mock = try await makeMock(in: folder, settings: try scenarios(json))
        #expect(try await mock.create(1, as: "1").amount.minorUnits == 1)
        _ = try await unknown { try await mock.create(2, as: "2") }
        _ = try await notSent { try await mock.create(3, as: "3") }
    }

    @Test("with `times` applies to the first calls that match it, repeats included, and is passed over afterwards")
    func times() async throws {
        let folder = try TemporaryFolder()
        let json = #"[{"match": {"amount": 7}, "times": 2, "fault": "refuse"}, {"times": 1, "fault": "rate_limit"}]"#
        let mock = try await makeMock(in: folder, settings: try scenarios(json))
        #expect(try await notSent { try await mock.create(7) }.message.contains("reached"))
        #expect(try await notSent { try await mock.create(7) }.message.contains("reached"))
        #expect(try await notSent { try await mock.create(7) }.message.contains("429"))
        #expect(try await mock.create(7).amount.minorUnits == 7)
        #expect(try await mock.create(8, as: "8").amount.minorUnits == 8)
    }

    @Test("with `times` strikes no more often when the calls come at once", .timeLimit(.minutes(10)))
    func timesAtOnce() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, settings: try scenarios(#"[{"times": 5, "fault": "refuse"}]"#))
        let made = await withTaskGroup { group in
            for index in 0..<50 { group.addTask { try? await mock.create(1, as: "\(index)") } }
            return await group.reduce(into: 0) { $0 += $1 == nil ? 0 : 1 }
        }
        #expect(made == 45)
    }

    @Test("with a delay has the call wait before the effect, by the host's clock", arguments: ["1500ms", "2s", "60m"])
    func delay(_ text: String) async throws {
        let folder = try TemporaryFolder()
        let (slept, linesBefore) = (Tally(), Tally())
        let clock = ObservedClock { duration in
            slept.add(duration)
            linesBefore.add(.seconds(try folder.journal().count))
        }
        let json = #"[{"match": {"operation": "confirm"}, "delay": "\#(text)"}]"#
        let mock = try await makeMock(in: folder, settings: try scenarios(json), clock: clock)
        let intent = try await mock.create()
        guard text != "60m" else {
            // Longer than the call may take.
            #expect(try await unknown { try await mock.confirm(intent.id) }.message.contains("deadline"))
            #expect(try folder.journal().count == 1)
            #expect(slept.all.allSatisfy { $0 <= .seconds(600) } && slept.all.count == 1)
            return
        }
        #expect(try await mock.confirm(intent.id).status == .succeeded)
        #expect(slept.all == [text == "2s" ? .seconds(2) : .milliseconds(1500)])
        #expect(linesBefore.all == [.seconds(1)])
    }

    @Test("decides what the card's issuer says, whatever the token, and a repeat after a restart is told the same")
    func outcomes() async throws {
        let expected: [(outcome: String, code: String, declineCode: String?)] = [
            ("decline", "card_declined", "generic_decline"), ("insufficient_funds", "card_declined", "insufficient_funds"),
            ("fraudulent", "card_declined", "fraudulent"), ("expired_card", "expired_card", nil),
            ("incorrect_cvc", "incorrect_cvc", nil),
        ]
        for (outcome, code, declineCode) in expected {
            let folder = try TemporaryFolder()
            let json = #"[{"match": {"operation": "confirm"}, "outcome": "\#(outcome)"}]"#
            let mock = try await makeMock(in: folder, settings: try scenarios(json))
            let intent = try await mock.create()
            let first = try await decline { try await mock.confirm(intent.id) }
            #expect(first.code == code && first.declineCode == declineCode)
            let restarted = try await makeMock(in: folder)
            #expect(try await decline { try await restarted.confirm(intent.id) } == first)
        }
    }

    @Test("decides that a payment succeeds though the token declines, or wants the payer's action though it pays")
    func otherOutcomes() async throws {
        let folder = try TemporaryFolder()
        let json = """
            [{"match": {"operation": "confirm", "amount": 1}, "outcome": "succeed"},
             {"match": {"operation": "confirm", "amount": 2}, "outcome": "requires_action"}]
            """
        let mock = try await makeMock(in: folder, settings: try scenarios(json))
        #expect(try await mock.pay(1, with: "pm_card_chargeDeclined", as: "1").status == .succeeded)
        let asked = try await mock.pay(2, as: "2")
        #expect(asked.status == .requiresAction && asked.nextAction?.redirectURL != nil)
        let refusal = try await rejection { try await mock.pay(1, with: "pm_nonsense", as: "3") }
        #expect(refusal.field == "payment_method")
    }

    @Test("decides what becomes of a refund")
    func refundOutcomes() async throws {
        let folder = try TemporaryFolder()
        let clock = ManualClock()
        let json = """
            [{"match": {"operation": "refund", "amount": 1}, "outcome": "pending"},
             {"match": {"operation": "refund", "amount": 2}, "outcome": "fails_later"},
             {"match": {"operation": "refund", "amount": 3}, "outcome": "succeed"}]
            """
        let mock = try await makeMock(in: folder, settings: try scenarios(json), clock: clock)
        let paid = try await mock.pay()
        #expect(try await mock.refund(paid, 1, as: "1").status == .pending)
        let failing = try await mock.refund(paid, 2, as: "2")
        #expect(failing.status == .succeeded)
        clock.advance(by: .seconds(2))
        #expect(try await mock.retrieveRefund(failing.id, in: call).status == .failed)
        let pending = try await mock.pay(with: "pm_card_pendingRefund", as: "other")
        #expect(try await mock.refund(pending, 3, as: "3").status == .succeeded)
    }
}
