package import Foundation

/// A folder of a test's own.
package struct TemporaryFolder: Sendable {
    /// Where it is.
    package let url: URL

    /// Makes an empty folder.
    package init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "gateway-tests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// The path of a file in it.
    package func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, and the folders it lies in.
    package func write(_ text: String, to name: String) throws {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    /// Whether there is a file or folder of this name.
    package func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// A file's text; empty where there is no such file.
    package func read(_ name: String) -> String {
        guard let data = FileManager.default.contents(atPath: path(name)) else { return "" }
        return String(decoding: data, as: UTF8.self)
    }

    /// The text of every file below a folder of it, whatever the bytes are.
    ///
    /// - Parameter excluded: the name of a folder in it that is passed over.
    package func readAll(below name: String, except excluded: String? = nil) -> String {
        let root = url.appending(path: name)
        guard let files = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) else { return "" }
        var text = ""
        for case let file as URL in files {
            if file.lastPathComponent == excluded { files.skipDescendants() }
            guard let data = FileManager.default.contents(atPath: file.path) else { continue }
            text += String(decoding: data, as: UTF8.self) + "\n"
        }
        return text
    }

    /// Removes it with all that is in it.
    package func remove() {
        try? FileManager.default.removeItem(at: url)
    }
}

extension TemporaryFolder {
    /// The names of the files below a folder of it that somebody else than their owner may read or write.
    package func filesReadableByOthers(below name: String) throws -> [String] {
        let manager = FileManager.default
        return try manager.subpathsOfDirectory(atPath: path(name)).filter { file in
            let attributes = try manager.attributesOfItem(atPath: path("\(name)/\(file)"))
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return false }
            return ((attributes[.posixPermissions] as? Int) ?? 0) & 0o077 != 0
        }
    }
}
