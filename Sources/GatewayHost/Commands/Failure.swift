import ArgumentParser
import Foundation

/// Ends a command with a message on standard error and an exit code that scripts can use (sysexits.h).
enum Failure {
    /// The configuration is wrong: 78, EX_CONFIG.
    static func configuration(_ error: any Error) -> ExitCode {
        StandardError.write("\(error)")
        return ExitCode(78)
    }

    /// It failed while running: 1.
    static func runtime(_ message: String) -> ExitCode {
        StandardError.write(message)
        return ExitCode.failure
    }
}

/// Where messages for people go that are no output of a command.
enum StandardError {
    static func write(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }
}

/// What a command prints as it goes, and not only at its end.
enum StandardOutput {
    static func write(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
