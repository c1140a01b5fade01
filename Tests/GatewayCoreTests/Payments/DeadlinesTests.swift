import Testing

@testable import GatewayCore

@Suite("Many deadlines with one timer", .timeLimit(.minutes(1)))
struct DeadlinesTests {
    private func withDeadlines(_ body: (Deadlines) async -> Void) async {
        let deadlines = Deadlines()
        await withTaskGroup { group in
            group.addTask { await deadlines.run() }
            await body(deadlines)
            group.cancelAll()
        }
    }

    @Test("Each waits for its own time and then wakes, and those that come after a pause too")
    func times() async {
        await withDeadlines { deadlines in
            for _ in 0..<2 {
                let woken = await withTaskGroup { group in
                    for number in [3, 1, 2] {
                        group.addTask {
                            let start = ContinuousClock.now
                            await deadlines.wait(for: .milliseconds(250 * number))
                            #expect(.now - start >= .milliseconds(250 * number))
                            return number
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(woken.sorted() == [1, 2, 3])
            }
        }
    }

    @Test("One that is cancelled ends at once, before it began as well, and harms no other")
    func cancellation() async {
        await withDeadlines { deadlines in
            for _ in 0..<200 {
                let early = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    await deadlines.wait(for: .seconds(3600))
                }
                let late = Task { await deadlines.wait(for: .seconds(3600)) }
                late.cancel()
                await early.value
                await late.value
            }
            await deadlines.wait(for: .milliseconds(1))
        }
    }
}
