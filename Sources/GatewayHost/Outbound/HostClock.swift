import Foundation
import ProviderAPI

/// The machine's time, as handed to providers.
struct HostClock: ProviderClock {
    /// Wall-clock time.
    func now() -> Timestamp {
        Timestamp(unixMilliseconds: Int64((Date.now.timeIntervalSince1970 * 1000).rounded(.down)))
    }

    /// Waits, on a clock that changes of the wall clock don't touch.
    func sleep(for duration: Duration) async throws {
        try await Task.sleep(for: duration, clock: .continuous)
    }
}
