package import Logging
package import ProviderAPI
import ServiceLifecycle

/// Tries providers that do not answer with one question every few seconds. With the first answer all that waits for that provider is
/// due: its open operations and its webhooks. So they are settled shortly after an outage, however long it was.
package struct OutageProbe: Service {
    let store: any GatewayStore
    let registry: any ProviderRegistry
    let supervisor: FlowSupervisor
    let outages: ProviderOutages
    let clock: any ProviderClock
    let logger: Logger
    private let alarm = Alarm()

    /// How long one question may take: shorter than a call, so that the end of an outage is noticed soon.
    private static let deadline = Duration.seconds(5)

    /// A probe over a store and the providers in use.
    package init(
        store: any GatewayStore, registry: any ProviderRegistry, supervisor: FlowSupervisor, outages: ProviderOutages,
        clock: any ProviderClock, logger: Logger
    ) {
        self.store = store
        self.registry = registry
        self.supervisor = supervisor
        self.outages = outages
        self.clock = clock
        self.logger = logger
    }

    /// Tries whatever is due once a second, until the graceful shutdown.
    package func run() async throws {
        await alarm.repeatedly(every: .seconds(1), clock: clock) { await probeDue() }
    }

    /// Tries each provider whose turn it is, once.
    package func probeDue() async {
        await withDiscardingTaskGroup { group in
            for name in outages.takeDue(at: clock.now()) {
                group.addTask {
                    do {
                        try await probe(name)
                    } catch {
                        logger.error(
                            "A provider could not be probed; it is tried again.",
                            metadata: ["provider": "\(name)", "error": "\(type(of: error))"])
                    }
                }
            }
        }
    }

    private func probe(_ name: String) async throws {
        // One that is not loaded cannot answer, and one that is loaded again is asked again.
        guard let provider = registry.provider(named: name) else { return }
        guard let question = try await question(for: name) else {
            _ = outages.end(name)
            return
        }
        guard await isAnswered(question, by: provider), outages.end(name) else { return }
        logger.notice("A provider answers again; what waits for it is due.", metadata: ["provider": "\(name)"])
        let now = clock.now()
        try await store.write { try $0.bringForward(provider: name, at: now) }
    }

    private enum Question: Sendable {
        case operation(Operation)
        case intent(String)
    }

    /// What to ask: about the operation that has waited longest, or else about a webhook that waits.
    private func question(for name: String) async throws -> Question? {
        try await store.read { reader in
            if let operation = try reader.oldestOpenOperation(at: name) { return .operation(operation) }
            var query = WebhookQuery(limit: 16)
            query.provider = name
            query.state = .pending
            return try reader.webhooks(query).lazy.compactMap(\.record.event.subject.paymentIntentID).first.map { .intent($0) }
        }
    }

    private func isAnswered(_ question: Question, by provider: Provider) async -> Bool {
        let installation = store.installation
        do throws(ProviderError) {
            try await supervisor.ask(provider, within: Self.deadline) { () async throws(ProviderError) in
                switch question {
                case .operation(let operation):
                    _ = try await operation.look(installation: installation, at: provider, amount: nil, within: Self.deadline)
                case .intent(let id):
                    let call = CallContext(deadline: .now + Self.deadline, requestID: "probe")
                    _ = try await provider.service.retrievePaymentIntent(id, in: call)
                }
            }
            return true
        } catch {
            return error.isAnAnswer
        }
    }
}
