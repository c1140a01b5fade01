import Foundation
import Glibc

/// The folder that modules are loaded from.
struct ModuleDirectory {
    /// More names than a message should list.
    private static let listingLimit = 20

    /// Its path, links followed.
    let path: String

    /// Nil where it can't be read, with `errno` telling why.
    init?(_ directory: String) {
        guard let path = Self.resolvedPath(directory) else { return nil }
        guard access("\(path)/.", R_OK | X_OK) == 0 else { return nil }
        self.path = path
    }

    /// Whether a path, links followed, lies in it.
    func contains(_ path: String) -> Bool {
        path.hasPrefix(self.path == "/" ? "/" : self.path + "/")
    }

    /// The shared libraries in it, for a message.
    func modules() -> [String] {
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(".so") }.sorted()
        return names.count > Self.listingLimit ? names.prefix(Self.listingLimit) + ["and more"] : names
    }

    /// An absolute path with every link followed; nil where that fails, with `errno` telling why.
    static func resolvedPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
