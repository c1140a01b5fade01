import GatewayCore
import Logging
import ProviderAPI
import ProviderLoading
import ServiceLifecycle
import Synchronization

/// The providers in use, exchanged at once by a reload, and their background work.
///
/// Calls that run keep the service that they began with. A module's code stays loaded for as long as the process lives.
final class LiveRegistry: ProviderRegistry, Service {
    private let current: Mutex<LoadedProviders>
    private let exchanges: AsyncStream<LoadedProviders>
    private let exchange: AsyncStream<LoadedProviders>.Continuation
    private let logger: Logger

    init(_ providers: LoadedProviders, logger: Logger) {
        current = Mutex(providers)
        (exchanges, exchange) = AsyncStream.makeStream()
        self.logger = logger
        exchange.yield(providers)
    }

    var providers: [Provider] { current.withLock { $0.providers } }

    var defaultProviderName: String { current.withLock { $0.defaultProviderName } }

    func provider(named name: String) -> Provider? {
        current.withLock { $0.provider(named: name) }
    }

    /// Uses other providers from now on.
    func use(_ providers: LoadedProviders) {
        current.withLock { $0 = providers }
        exchange.yield(providers)
    }

    /// Runs the background work of whichever providers are in use, until the graceful shutdown.
    func run() async throws {
        var exchanges = exchanges.cancelOnGracefulShutdown().makeAsyncIterator()
        var next = await exchanges.next()
        while let providers = next {
            next = await withDiscardingTaskGroup { group in
                for provider in providers.providers {
                    group.addTask { await self.work(provider) }
                }
                let following = await exchanges.next()
                group.cancelAll()
                return following
            }
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
