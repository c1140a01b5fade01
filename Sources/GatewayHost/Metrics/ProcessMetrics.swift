import Foundation

/// What the kernel knows of this process, under the names that Prometheus' client libraries share.
struct ProcessMetrics: Sendable {
    /// The metrics' names.
    static let names = [
        "process_cpu_seconds_total", "process_max_fds", "process_open_fds", "process_resident_memory_bytes",
        "process_start_time_seconds",
    ]

    private let root: String
    private let ticksPerSecond: Double
    private let pageSize: Double
    private let startTime: Double?

    /// Metrics of this process.
    ///
    /// - Parameters:
    ///   - root: where procfs is mounted.
    ///   - ticksPerSecond: the unit of times in `stat`.
    ///   - pageSize: the unit of sizes in `statm`, in bytes.
    init(
        root: String = "/proc",
        ticksPerSecond: Double = Double(sysconf(Int32(_SC_CLK_TCK))),
        pageSize: Double = Double(sysconf(Int32(_SC_PAGESIZE)))
    ) {
        self.root = root
        self.ticksPerSecond = ticksPerSecond
        self.pageSize = pageSize
        // Read once: the boot time that the kernel derives moves when the wall clock is set, and a start time must not.
        startTime = Self.bootTime(root).flatMap { boot in
            Self.stat(root, field: 22).map { boot + $0 / ticksPerSecond }
        }
    }

    /// Each metric with its text; what the kernel does not show is left out.
    func rendered() -> [(name: String, text: String)] {
        let cpuTicks = Self.stat(root, field: 14).flatMap { user in Self.stat(root, field: 15).map { user + $0 } }
        return [
            Self.family(
                "process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", "counter",
                cpuTicks.map { $0 / ticksPerSecond }
            ),
            Self.family("process_max_fds", "Maximum number of open file descriptors.", "gauge", maximumFileDescriptors),
            Self.family("process_open_fds", "Number of open file descriptors.", "gauge", openFileDescriptors),
            Self.family("process_resident_memory_bytes", "Resident memory size in bytes.", "gauge", residentBytes),
            Self.family(
                "process_start_time_seconds", "Start time of the process since unix epoch in seconds.", "gauge", startTime
            ),
        ].compactMap { $0 }
    }

    private static func family(
        _ name: String, _ help: String, _ type: String, _ value: Double?
    )
        -> (name: String, text: String)?
    {
        guard let value else { return nil }
        var text = PrometheusText.header(name, help: help, type: type)
        PrometheusText.sample(name, "", PrometheusText.number(value), to: &text)
        return (name, text)
    }

    /// As other client libraries do, this counts the descriptor that reads the folder.
    private var openFileDescriptors: Double? {
        (try? FileManager.default.contentsOfDirectory(atPath: root + "/self/fd")).map { Double($0.count) }
    }

    /// The soft limit, which is the one in force; nil where there is none.
    private var maximumFileDescriptors: Double? {
        let line = Self.text(root + "/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files ") }
        return line?.dropFirst("Max open files ".count).split(separator: " ").first.flatMap { Double($0) }
    }

    /// The resident memory in bytes; nil where procfs does not have it.
    var residentBytes: Double? {
        let fields = Self.text(root + "/self/statm")?.split(separator: " ") ?? []
        return fields.count > 1 ? Double(fields[1]).map { $0 * pageSize } : nil
    }

    /// Memory of its own, which no file holds, that is not allocated; nil where the kernel does not say.
    var unusedBytes: Double? {
        let fields = Self.text(root + "/self/statm")?.split(separator: " ") ?? []
        guard fields.count > 2, let resident = Double(fields[1]), let ofFiles = Double(fields[2]) else { return nil }
        return (resident - ofFiles) * pageSize - Allocator.bytesInUse
    }

    /// A field of `/proc/self/stat`, counted from 1 as proc(5) does.
    private static func stat(_ root: String, field: Int) -> Double? {
        // The second field, the program's name in parentheses, may itself hold spaces and parentheses.
        guard let text = text(root + "/self/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return field - 3 < fields.count ? Double(fields[field - 3]) : nil
    }

    /// When the machine started, in seconds since the epoch.
    private static func bootTime(_ root: String) -> Double? {
        let line = text(root + "/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func text(_ path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
