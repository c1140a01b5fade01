import Foundation

/// The runner's own output.
enum Output {
    /// Prints a line at once: it is to be seen as it comes, also through a pipe, where `print` keeps it back.
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }
}
