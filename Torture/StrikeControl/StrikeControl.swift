import Foundation
import StrikePage
import Synchronization

/// Strikes a process that was started with ``environment()``: it lays down at which system call which blow falls, and learns which
/// calls were made.
///
/// The page outlives the struck process; one page serves any number of processes one after the other.
package final class StrikeControl: Sendable {
    /// Where the page is.
    package let path: String
    /// Also the lock that keeps two armings apart.
    private let page: Mutex<OpaquePointer>

    /// Makes the page, a file that processes map.
    ///
    /// - Throws: ``StrikeControlError`` where the file can't be made.
    package init(page path: String) throws {
        guard let page = strike_page_create(path) else {
            throw StrikeControlError("the page \(path) can't be made: \(String(cString: strerror(errno)))")
        }
        self.path = path
        self.page = Mutex(page)
    }

    deinit {
        page.withLock { strike_page_close($0) }
    }

    /// The library to preload: libStrikes.so in the folder of the running executable, where SwiftPM puts both.
    package static var library: String {
        get throws {
            let executable = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = URL(fileURLWithPath: executable).deletingLastPathComponent().appending(path: "libStrikes.so").path
            guard FileManager.default.isReadableFile(atPath: path) else {
                throw StrikeControlError("\(path) is missing: run `swift build --product Strikes`")
            }
            return path
        }
    }

    /// What the process to strike needs in its environment.
    package func environment() throws -> [String: String] {
        ["LD_PRELOAD": try Self.library, "GATEWAY_STRIKES": path]
    }

    /// Whether writes are kept until they are synced, for power cuts. Set it before the process starts: what was written earlier is
    /// taken for safe.
    package func keepUndoLog(_ on: Bool) {
        page.withLock { strike_page_keep_undo_log($0, on) }
    }

    /// Starts counting anew, with an empty log, and strikes when the point is reached. Nil: only counts.
    package func arm(_ strike: (point: StrikePoint, blow: Blow)?) {
        let order = strike.map { $0.blow.order(at: $0.point) } ?? strike_order()
        page.withLock { strike_page_arm($0, order) }
    }

    /// Stops counting and striking; a thread that is held goes on. What was seen stays readable.
    package func disarm() {
        page.withLock { strike_page_disarm($0) }
    }

    /// The calls since the page was armed, in their order; at most 65,536.
    package var seen: [StrikePoint.Kind] {
        page.withLock { page in
            (0..<strike_page_seen_count(page)).compactMap { StrikePoint.Kind(number: strike_page_seen(page, $0)) }
        }
    }

    /// How many calls of a kind were made since the page was armed.
    package func count(of kind: StrikePoint.Kind) -> Int {
        page.withLock { Int(strike_page_count($0, kind.number)) }
    }

    /// Whether the blow has fallen. It is said just before it falls.
    package var hasStruck: Bool {
        page.withLock { strike_page_has_struck($0) }
    }

    /// Ends a hold.
    package func release() {
        page.withLock { strike_page_release($0) }
    }

    /// Puts the wall clock of the process forward. The offset stays for processes that start later.
    package func advanceClock(by duration: Duration) {
        page.withLock { strike_page_set_clock_offset($0, strike_page_clock_offset($0) + duration.nanoseconds) }
    }

    /// How far the wall clock of the process is ahead of the machine's.
    package var clockOffset: Duration {
        page.withLock { .nanoseconds(strike_page_clock_offset($0)) }
    }
}

/// Why a process can't be struck.
package struct StrikeControlError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension Duration {
    /// Whole nanoseconds; the page holds no finer ones.
    fileprivate var nanoseconds: Int64 {
        components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
    }
}
