import Foundation

/// The running program.
enum Executable {
    /// The folder that it is in: modules and web assets are beside it.
    static var directory: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
    }
}
