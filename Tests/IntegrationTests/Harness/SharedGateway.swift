import GatewayHarness
import Testing

/// Gives a suite one gateway for all its tests: they run at once, each with users and orders of its own.
struct SharedGateway: SuiteTrait, TestScoping {
    /// What its providers.yaml says.
    let configuration: GatewayConfiguration

    /// Starts the gateway around the suite. No more than two suites do so at a time: machines with two cores run these tests.
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        await Self.slots.acquire()
        do {
            try await withGateway(configuration) { _ in try await function() }
        } catch {
            await Self.slots.release()
            throw error
        }
        await Self.slots.release()
    }

    private static let slots = Slots(2)
}

extension Trait where Self == SharedGateway {
    /// One gateway for all tests of the suite.
    static var sharedGateway: Self { SharedGateway(configuration: GatewayConfiguration()) }
}

extension Trait where Self == IssueHandlingTrait {
    /// Adds the gateway's last lines to each failed expectation.
    static var gatewayLogOnFailure: Self {
        .compactMapIssues { issue in
            guard let gateway = GatewayProcess.current else { return issue }
            var issue = issue
            issue.comments.append(Comment(rawValue: gateway.recentLog))
            return issue
        }
    }
}

/// A number of places, given out in the order of asking.
private actor Slots {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ count: Int) {
        free = count
    }

    func acquire() async {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    func release() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}
