import ServiceLifecycle
import Synchronization

/// Whether requests are taken: from the moment the server listens until a shutdown begins.
///
/// The last of the services, so that it is the first to hear of a shutdown.
final class Readiness: Service {
    private let state = Atomic(false)

    var isReady: Bool { state.load(ordering: .relaxed) }

    func set(_ isReady: Bool) {
        state.store(isReady, ordering: .relaxed)
    }

    func run() async throws {
        try? await gracefulShutdown()
        set(false)
    }
}
