import Foundation
import Testing

@testable import GatewayHost

@Suite("How a crash is reported")
struct BacktraceSettingsTests {
    private func keys(_ settings: String) -> [String: String] {
        settings.split(separator: ",").reduce(into: [:]) { keys, pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            keys[parts[0]] = parts.count > 1 ? parts[1] : ""
        }
    }

    @Test("Only the crashed thread's functions are asked for, no registers, no question, no color")
    func settings() throws {
        let keys = keys(try #require(BacktraceSettings.wanted(given: "", programDirectory: "/nonexistent")))
        #expect(keys["enable"] == "yes" && keys["threads"] == "crashed" && keys["registers"] == "none")
        #expect(keys["interactive"] == "no" && keys["color"] == "no" && keys["output-to"] == "stderr" && keys["limit"] == "32")
        #expect(keys["symbolicate"] == "off", "line tables of a debug build take 20 seconds")
        #expect(keys["swift-backtrace"] == nil)
    }

    @Test("What is set already wins, and settings in force or backtraces that are off are left alone")
    func given() throws {
        let merged = try #require(
            BacktraceSettings.wanted(given: "symbolicate=fast,images=none", programDirectory: "/nonexistent"))
        #expect(keys(merged)["symbolicate"] == "fast" && keys(merged)["images"] == "none" && keys(merged)["registers"] == "none")
        #expect(BacktraceSettings.wanted(given: merged, programDirectory: "/nonexistent") == nil)
        #expect(BacktraceSettings.wanted(given: "enable=no", programDirectory: "/nonexistent") == nil)
    }

    @Test("A release's own program makes the backtrace where it is beside the executable")
    func program() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "backtrace-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = folder.appending(path: "swift-backtrace-static")
        try Data().write(to: program)
        func found() throws -> String? {
            keys(try #require(BacktraceSettings.wanted(given: "", programDirectory: folder.path)))["swift-backtrace"]
        }
        #expect(try found() == nil, "it cannot be run")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
        #expect(try found() == program.path)
    }
}
