import ProviderAPI
import ProviderConformance
import Testing

@Suite("The scripted transport", .timeLimit(.minutes(10)))
struct ScriptedTransportTests {
    private let request = HTTPRequest(method: "GET", url: "https://api.example/")

    private func failure(
        _ transport: ScriptedTransport, in call: CallContext = .testing()
    ) async -> ProviderError? {
        await #expect(throws: ProviderError.self) { try await transport.send(request, in: call) }
    }

    @Test("It answers step by step, then each time with the last word, and keeps the requests")
    func steps() async throws {
        let transport = ScriptedTransport([.json("1"), .after(.milliseconds(1), .json("2", status: 201))], then: .json("3"))
        var bodies: [String] = []
        for _ in 0..<4 {
            bodies.append(String(decoding: try await transport.send(request, in: .testing()).body, as: UTF8.self))
        }
        #expect(bodies == ["1", "2", "3", "3"])
        #expect(transport.requests == Array(repeating: request, count: 4))
    }

    @Test("A connection torn before the request is notSent, one torn after it unknown, an empty script notSent")
    func torn() async {
        let transport = ScriptedTransport([.connectionRefused, .lost])
        #expect(await failure(transport)?.isNotSent == true)
        #expect(await failure(transport)?.isNotSent == false)
        #expect(await failure(transport)?.isNotSent == true)
    }

    @Test("Calls with scripts of their own do not take each other's answers")
    func scriptsOfCalls() async throws {
        let transport = ScriptedTransport([.json("common")])
        transport.script([.after(.milliseconds(20), .json("slow"))], forCall: "slow")
        transport.script([.json("quick")], forCall: "quick")
        let bodies = try await withThrowingTaskGroup(of: (String, String).self) { group in
            for id in ["slow", "quick", "other"] {
                group.addTask {
                    let answer = try await transport.send(request, in: .testing(requestID: id))
                    return (id, String(decoding: answer.body, as: UTF8.self))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(bodies == ["slow": "slow", "quick": "quick", "other": "common"])
        #expect(transport.requests(ofCall: "slow").count == 1)
    }

    @Test("A request that is on its way at the deadline ends unknown; one after it is not sent, and uses up no answer")
    func deadline() async {
        // A busy machine may come to a request after a short deadline only: a longer one shows what is asked here.
        for time in [Duration.milliseconds(300), .seconds(3), .seconds(30)] {
            let transport = ScriptedTransport([.hang, .after(.seconds(3600), .json("{}")), .json("{}")])
            let call = CallContext.testing(within: time)
            let onItsWay = await failure(transport, in: call)
            let late = await failure(transport, in: call)
            let next = await failure(transport, in: .testing(within: time))
            if transport.sent.map(\.isLate) != [false, true, false], time < .seconds(30) { continue }
            #expect(transport.sent.map(\.isLate) == [false, true, false])
            #expect(onItsWay?.isNotSent == false)
            #expect(late?.isNotSent == true)
            #expect(next?.isNotSent == false)
            return
        }
    }

    @Test("A cancelled call ends at once")
    func cancellation() async {
        let transport = ScriptedTransport([.hang])
        let call = Task { try await transport.send(request, in: .testing()) }
        while transport.requests.isEmpty { await Task.yield() }
        call.cancel()
        let result = await call.result
        #expect(throws: ProviderError.self) { try result.get() }
        let late = Task { () -> ProviderError? in
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure(transport)
        }
        #expect(await late.value?.isNotSent == true)
    }
}

extension ProviderError {
    fileprivate var isNotSent: Bool {
        if case .notSent = self { true } else { false }
    }
}
