import Foundation

/// Paths of the configuration.
enum FilePaths {
    /// A path made absolute and rid of `.` and `..`; a relative one starts at `directory`, which is absolute.
    static func absolute(_ path: String, from directory: String) -> String {
        URL(fileURLWithPath: path, relativeTo: URL(fileURLWithPath: directory, isDirectory: true)).standardizedFileURL.path
    }
}
