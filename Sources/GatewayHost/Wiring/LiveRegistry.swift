import GatewayCore
import Logging
import ProviderAPI
import ProviderLoading
import ServiceLifecycle
import Synchronization

/// The providers in use, exchanged at once by a reload, and their background work.
///
/// Calls that run keep the service that they began with, and its background work goes on until the last of them has ended. A module's
/// code stays loaded for as long as the process lives.
final class LiveRegistry: ProviderRegistry, Service {
    /// The providers of one reading of providers.yaml.
    private struct Generation: Sendable {
        let providers: LoadedProviders
        /// Ends when others are in use.
        let use: AsyncStream<Never>
        private let end: AsyncStream<Never>.Continuation

        init(_ providers: LoadedProviders) {
            self.providers = providers
            (use, end) = AsyncStream.makeStream()
        }

        func replace() { end.finish() }
    }

    /// Longer than a call may take: one that never ends must not keep old background work for good.
    private static let drainLimit = Duration.seconds(60)

    private let current: Mutex<Generation>
    private let generations: AsyncStream<Generation>
    private let begin: AsyncStream<Generation>.Continuation
    private let logger: Logger

    init(_ providers: LoadedProviders, logger: Logger) {
        let first = Generation(providers)
        current = Mutex(first)
        (generations, begin) = AsyncStream.makeStream()
        self.logger = logger
        begin.yield(first)
    }

    private var inUse: LoadedProviders { current.withLock { $0.providers } }

    var providers: [Provider] { inUse.providers }

    var defaultProviderName: String { inUse.defaultProviderName }

    func provider(named name: String) -> Provider? { inUse.provider(named: name) }

    /// Uses other providers from now on.
    func use(_ providers: LoadedProviders) {
        let next = Generation(providers)
        let previous = current.withLock { current in
            defer { current = next }
            return current
        }
        begin.yield(next)
        previous.replace()
    }

    /// Runs the background work of the providers in use, and of those that still have calls, until the graceful shutdown.
    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await generation in generations.cancelOnGracefulShutdown() {
                group.addTask { await self.work(generation) }
            }
            group.cancelAll()
        }
    }

    private func work(_ generation: Generation) async {
        await withDiscardingTaskGroup { group in
            for provider in generation.providers.providers {
                group.addTask { await self.work(provider) }
            }
            for await _ in generation.use {}
            await drain(generation.providers)
            group.cancelAll()
        }
    }

    /// Waits until the calls have ended that began before the exchange.
    private func drain(_ providers: LoadedProviders) async {
        await withTaskGroup { group in
            group.addTask {
                for provider in providers.providers { await provider.calls.waitUntilNone() }
            }
            group.addTask { try? await Task.sleep(for: Self.drainLimit) }
            await group.next()
            group.cancelAll()
        }
    }

    private func work(_ provider: Provider) async {
        do {
            try await provider.service.run()
        } catch is CancellationError {
            return
        } catch {
            logger.error(
                "A provider's background work has failed.",
                metadata: ["provider": "\(provider.name)", "error": "\(type(of: error))"]
            )
        }
    }
}
