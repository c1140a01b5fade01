import ServiceLifecycle
import UnixSignals

/// Exchanges the providers at SIGHUP, as `POST /providers/reload` does. What came of it is in the log.
struct ReloadSignal: Service {
    let reload: ProviderReload

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            await reload.runForSignal()
        }
    }
}
