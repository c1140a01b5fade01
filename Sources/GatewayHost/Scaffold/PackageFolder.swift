import Foundation
import Glibc

/// A package's folder that is made at once: all files are there, or none.
enum PackageFolder {
    /// Writes the files to a folder that does not exist, or is empty.
    ///
    /// They are written to a folder beside it, which is then renamed: whatever goes wrong in between, nothing is left behind.
    ///
    /// - Throws: ``ScaffoldError`` where the folder holds something or cannot be written.
    static func write(_ files: [ProviderTemplate.File], to path: String) throws(ScaffoldError) {
        let manager = FileManager.default
        let target = URL(fileURLWithPath: path)
        // Asked before anything is written; the rename below refuses what came in between.
        guard (try? manager.contentsOfDirectory(atPath: path))?.isEmpty ?? !manager.fileExists(atPath: path) else {
            throw ScaffoldError("\(path) is there already, and is no empty folder; choose another with --directory, or remove it")
        }
        let draft = target.deletingLastPathComponent().appending(path: ".\(target.lastPathComponent).\(UUID().uuidString)")
        do {
            for file in files {
                let url = draft.appending(path: file.path)
                try manager.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.text.utf8).write(to: url)
            }
        } catch {
            try? manager.removeItem(at: draft)
            throw ScaffoldError("\(path) cannot be written: \((error as NSError).localizedDescription)")
        }
        guard rename(draft.path, target.path) == 0 else {
            let cause = String(cString: strerror(errno))
            try? manager.removeItem(at: draft)
            throw ScaffoldError("\(path) cannot be written: \(cause)")
        }
    }
}
