import Foundation
import Glibc

/// The folder in which the gateway keeps a copy of every module that it has linked, each under its digest.
///
/// The copy is what is probed and linked, never the file in the modules directory. So whoever overwrites that file cannot
/// change the code of a running gateway (the dynamic linker maps files, and a file written in place changes under it), a module
/// that was exchanged is a different file to the linker and its new code really runs, and a crash's backtrace names a file
/// that is still there.
package struct ModuleCopies: Sendable {
    /// Who may enter the folders: this user alone.
    private static let folderMode = mode_t(0o700)
    /// Nobody may change a copy.
    private static let fileMode = mode_t(0o500)

    private let directory: String?

    /// Copies below `directory`, which is made when the first one is; nil for a folder of this process, which ends with it.
    package init(directory: String?) {
        self.directory = directory
    }

    /// The copy of a checked file, made where it is not there yet.
    ///
    /// - Returns: its path. It is under the modules' own folder, else, where that cannot be written to (a command that somebody
    ///   else runs, a file system that is read-only), under a folder of its own for this process.
    /// - Throws: ``ModuleLoadingError``: `changedMeanwhile` where the file is no longer the one that was digested.
    func copy(_ file: borrowing ModuleFile) throws -> String {
        var cause = "no temporary folder can be made"
        do {
            if let directory { return try copy(file, below: directory) }
        } catch let error as Unwritable {
            cause = error.cause
        }
        // Not made before it is needed: a process that is killed leaves it behind.
        guard let temporary = Self.temporary else { throw ModuleLoadingError(file.name, .notCopied(cause: cause)) }
        do {
            return try copy(file, below: temporary)
        } catch let error as Unwritable {
            throw ModuleLoadingError(file.name, .notCopied(cause: error.cause))
        }
    }

    /// Removes the copies of modules that are none of these. What another process has linked stays usable to it.
    package func remove(allBut digests: Set<String>) {
        guard let directory else { return }
        let manager = FileManager.default
        for name in (try? manager.contentsOfDirectory(atPath: directory)) ?? [] where !digests.contains(name) {
            guard name.count == ModuleFile.digestLength, name.allSatisfy(\.isHexDigit) else { continue }
            try? manager.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    private func copy(_ file: borrowing ModuleFile, below directory: String) throws -> String {
        let folder = "\(directory)/\(file.digest)"
        let path = "\(folder)/\(file.name)"
        try Self.makeFolders(folder, directory)
        if let kept = try? ModuleFile(named: file.name, in: folder), kept.digest == file.digest { return path }

        let draft = "\(folder)/.\(file.name).\(getpid()).\(UInt64.random(in: .min ... .max))"
        let opened = FileDescriptor(open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, Self.fileMode))
        guard let descriptor = opened else { throw Unwritable() }
        defer { unlink(draft) }
        guard try file.write(to: descriptor) == file.digest else { throw ModuleLoadingError(file.name, .changedMeanwhile) }
        guard rename(draft, path) == 0 else { throw Unwritable() }
        return path
    }

    /// Makes the folder and those above it. One that others may write to, or that is somebody else's, is not used.
    private static func makeFolders(_ folder: String, _ directory: String) throws {
        let parent = URL(fileURLWithPath: directory).deletingLastPathComponent()
        do {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        } catch {
            throw Unwritable(cause: "the folder \(parent.path) can't be made")
        }
        for path in [directory, folder] {
            guard mkdir(path, folderMode) == 0 || errno == EEXIST else { throw Unwritable() }
            var status = stat()
            guard lstat(path, &status) == 0 else { throw Unwritable() }
            guard status.st_mode & S_IFMT == S_IFDIR, status.st_uid == geteuid(), status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
                throw Unwritable(cause: "\(path) is not a folder that this user alone can write to")
            }
        }
    }

    /// A folder for this process alone, the same for all its modules.
    private static let temporary: String? = {
        var template = Array((FileManager.default.temporaryDirectory.path + "/gateway-modules-XXXXXX").utf8CString)
        guard let made = mkdtemp(&template) else { return nil }
        let path = String(cString: made)
        atexit { ModuleCopies.removeTemporary() }
        return path
    }()

    private static func removeTemporary() {
        if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
    }

    /// A folder that cannot be used.
    private struct Unwritable: Error {
        let cause: String

        init(cause: String = SystemError.last) {
            self.cause = cause
        }
    }
}
