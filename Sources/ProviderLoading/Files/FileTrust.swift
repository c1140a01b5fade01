import Foundation
import Glibc

/// Whether only root and the gateway's own user can change a file, as sshd demands it of its files.
///
/// The file, every folder above it and every symbolic link on the way belong to root or to this user, and neither their group nor others may
/// write to them. A folder with the sticky bit, such as /tmp, may be writable: in it only an entry's owner can exchange the entry.
package struct FileTrust: Error, Sendable, Hashable, Codable, CustomStringConvertible {
    /// What somebody else can change: the file itself, or a folder or a link on the way to it.
    package let path: String
    /// Who can, as in `the user 1000 owns`.
    private let cause: String
    /// What to do about it.
    let fix: String

    /// Who can change what.
    var reason: String { "\(cause) \(path)" }

    /// What is wrong, and what to do about it.
    package var description: String { "\(reason); \(fix)" }

    /// More links than a path leads over.
    private static let linkLimit = 40

    /// Returns the first thing on the way to a file that somebody else can change.
    ///
    /// - Parameter file: an absolute path. Where something on the way cannot be examined, nothing is found: opening the file fails, too.
    /// - Returns: nil where only root and this user can change the file.
    package static func fault(of file: String) -> FileTrust? {
        // From the root down; a folder higher up decides about all below it.
        var rest = components(file)
        var place = ""
        var links = 0
        if let fault = fault(at: "/", status: linkStatus(of: "/")) { return fault }
        while let name = rest.popFirst() {
            if name == ".." {
                place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                continue
            }
            let next = "\(place)/\(name)"
            guard let status = linkStatus(of: next) else { return nil }
            if status.st_mode & S_IFMT == S_IFLNK {
                if let fault = foreignOwner(of: next, status) { return fault }
                links += 1
                guard links <= linkLimit, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: next) else {
                    return nil
                }
                if target.hasPrefix("/") { place = "" }
                rest = (components(target) + rest)[...]
                continue
            }
            if let fault = fault(at: next, status: status) { return fault }
            place = next
        }
        return nil
    }

    /// Returns what lets somebody else change a file or the entries of a folder, whatever is above it.
    static func fault(ofEntry path: String) -> FileTrust? { fault(at: path, status: linkStatus(of: path)) }

    /// Returns who besides its owner may read a file that holds secrets.
    ///
    /// A file of root's may be readable by the gateway's own group: the gateway could not read it otherwise.
    /// - Returns: nil where only the owner may read it, or where it cannot be examined.
    static func readers(of file: String) -> FileTrust? {
        var status = stat()
        guard stat(file, &status) == 0 else { return nil }
        let fix = "it holds secrets: give it to the gateway's user, and run chmod 600 on it"
        if status.st_mode & S_IROTH != 0 { return FileTrust(path: file, cause: "every user may read", fix: fix) }
        let isOfOwnGroup = status.st_uid == 0 && geteuid() != 0 && status.st_gid == getegid()
        if status.st_mode & S_IRGRP != 0, !isOfOwnGroup {
            return FileTrust(path: file, cause: "the group \(status.st_gid) may read", fix: fix)
        }
        return nil
    }

    private static func components(_ path: String) -> ArraySlice<Substring> {
        path.split(separator: "/").filter { $0 != "." }[...]
    }

    /// The state of a file or link itself; nil where it cannot be examined.
    private static func linkStatus(of path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }

    private static func fault(at path: String, status: stat?) -> FileTrust? {
        guard let status else { return nil }
        if let fault = foreignOwner(of: path, status) { return fault }
        let isFolder = status.st_mode & S_IFMT == S_IFDIR
        if isFolder, status.st_mode & S_ISVTX != 0 { return nil }
        let fix = "run chmod go-w on it, and make sure that what is \(isFolder ? "in it" : "in the file") is yours"
        if status.st_mode & S_IWOTH != 0 { return FileTrust(path: path, cause: "every user may change", fix: fix) }
        if status.st_mode & S_IWGRP != 0 {
            return FileTrust(path: path, cause: "the group \(status.st_gid) may change", fix: fix)
        }
        return nil
    }

    private static func foreignOwner(of path: String, _ status: stat) -> FileTrust? {
        guard status.st_uid != 0, status.st_uid != geteuid() else { return nil }
        return FileTrust(
            path: path, cause: "the user \(status.st_uid) owns", fix: "chown it to root or to the gateway's user")
    }
}
