import Foundation
import Testing

@testable import GatewayHost

@Suite("Metrics of the process")
struct ProcessMetricsTests {
    @Test("procfs is read field by field, even where the program's name holds spaces and parentheses")
    func parsing() throws {
        let root = URL.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(at: root.appending(path: "self/fd"), withIntermediateDirectories: true)
        for descriptor in 0..<4 { try Data().write(to: root.appending(path: "self/fd/\(descriptor)")) }
        let fields = (4...24).map { field in [14: "150", 15: "50", 22: "1234"][field] ?? "9" }.joined(separator: " ")
        try Data("77 (a ) S 1) S \(fields)\n".utf8).write(to: root.appending(path: "self/stat"))
        let limits = "Limit   Soft Limit   Hard Limit   Units\nMax open files   1024   4096   files\n"
        try Data(limits.utf8).write(to: root.appending(path: "self/limits"))
        try Data("9000 2500 3 4 5 6 7\n".utf8).write(to: root.appending(path: "self/statm"))
        try Data("cpu 1 2\nbtime 1700000000\nprocesses 5\n".utf8).write(to: root.appending(path: "stat"))

        let process = ProcessMetrics(root: root.path(percentEncoded: false), ticksPerSecond: 100, pageSize: 4096)
        let samples = process.rendered().flatMap { $0.text.split(separator: "\n") }.filter { !$0.hasPrefix("#") }
        #expect(
            samples == [
                "process_cpu_seconds_total 2", "process_max_fds 1024", "process_open_fds 4",
                "process_resident_memory_bytes 10240000", "process_start_time_seconds 1700000012.34",
            ]
        )
        #expect(process.rendered().map(\.name) == ProcessMetrics.names)
    }

    @Test("This process has memory, open files, CPU time, and has started before now")
    func thisProcess() throws {
        let lines = PrometheusMetrics().render().split(separator: "\n").filter { !$0.hasPrefix("#") }
        var values: [String: Double] = [:]
        for line in lines {
            let parts = line.split(separator: " ")
            values[String(parts[0])] = Double(parts[1])
        }
        #expect(try #require(values["process_resident_memory_bytes"]) > 1_000_000)
        #expect(try #require(values["process_open_fds"]) >= 3)
        #expect(try #require(values["process_cpu_seconds_total"]) >= 0)
        // The kernel's boot time is whole seconds.
        let started = try #require(values["process_start_time_seconds"])
        #expect((1...).contains(started) && started <= Date().timeIntervalSince1970 + 1)
    }

    @Test("Without procfs the metrics are left out")
    func missing() {
        #expect(ProcessMetrics(root: "/nowhere").rendered().isEmpty)
    }
}
