import CProcessGuard
import Foundation
import Glibc

/// What happens before any command reads its arguments: no core file, no other process that looks into this one, and a crash that
/// leaves a short backtrace instead of memory.
enum ProcessGuard {
    /// More seconds than a backtrace takes on a slow machine; see docs/operators.md for what it takes.
    private static let backtraceLimit: UInt32 = 5

    /// Applies all of it; starts this program again, in this process, where Swift's runtime was given other settings for crashes.
    ///
    /// Secrets are in memory from the moment that the configuration is read on, so that this comes first.
    static func apply() {
        let error = process_guard_memory()
        if error != 0 {
            StandardError.write("gateway: warning: secrets may get into a core file: \(String(cString: strerror(error)))")
        }
        let settings = BacktraceSettings.wanted(
            given: ProcessInfo.processInfo.environment[BacktraceSettings.variable] ?? "", programDirectory: Executable.directory)
        if let settings { restart(settings) }
        process_guard_crashes(BacktraceSettings.isSlow ? 0 : backtraceLimit)
    }

    /// Runs this program again with other settings: the runtime reads them before `main`. Returns where that fails, and the command
    /// runs without a backtrace of this kind.
    private static func restart(_ settings: String) {
        guard let path = realpath("/proc/self/exe", nil) else { return }
        defer { free(path) }
        setenv(BacktraceSettings.variable, settings, 1)
        execv(path, CommandLine.unsafeArgv)
        _ = process_guard_memory()
    }
}

/// How Swift's runtime reports a crash of the gateway: `SWIFT_BACKTRACE`.
///
/// Functions of the thread that crashed, on standard error, and nothing of its registers or of the memory that they point to, which may
/// hold a secret. https://github.com/swiftlang/swift/blob/main/docs/Backtracing.rst has the keys.
enum BacktraceSettings {
    /// The environment variable.
    static let variable = "SWIFT_BACKTRACE"

    /// The program that makes the backtrace, in a release: it is beside the executable, where no toolchain is.
    private static let program = "swift-backtrace-static"

    private static let base =
        "enable=yes,color=no,interactive=no,output-to=stderr,threads=crashed,registers=none,limit=32,top=8"

    /// With the debug information of a debug build, names take 20 seconds: the runtime reads all line tables. `make run` starts a copy
    /// without them, and asks for names.
    #if DEBUG
    private static let names = "symbolicate=off,images=mentioned"
    #else
    private static let names = "symbolicate=fast,images=none"
    #endif

    /// The settings to run with.
    ///
    /// - Parameters:
    ///   - given: the variable as it is. Its keys win.
    ///   - programDirectory: the folder of the executable.
    /// - Returns: nil where they are in force already, or backtraces are off, as for a module that is tried.
    static func wanted(given: String, programDirectory: String) -> String? {
        guard !given.hasPrefix(base), !given.split(separator: ",").contains("enable=no") else { return nil }
        var keys = [base, names]
        let path = "\(programDirectory)/\(program)"
        // A comma would begin another key.
        if !path.contains(","), FileManager.default.isExecutableFile(atPath: path) { keys.append("swift-backtrace=\(path)") }
        if !given.isEmpty { keys.append(given) }
        return keys.joined(separator: ",")
    }

    /// Whether somebody wants source lines, too, and waits for them.
    static var isSlow: Bool {
        ProcessInfo.processInfo.environment[variable]?.contains("symbolicate=full") ?? false
    }
}
