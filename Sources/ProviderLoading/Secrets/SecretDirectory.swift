import Glibc

/// The folder of made-up secrets: mode 0700, one file of mode 0600 for each.
struct SecretDirectory: Sendable {
    /// More than any secret that this program writes.
    private static let sizeLimit = 4096

    private let parent: String
    private let directory: String

    /// The folder `secrets` below `parent`; neither has to exist yet.
    init(parent: String) {
        self.parent = parent
        directory = parent + "/secrets"
    }

    /// Where a secret is kept.
    func path(of name: String) -> String { "\(directory)/\(name)" }

    /// A secret that is kept; nil where there is none.
    func read(_ name: String) throws -> SecretText? {
        let path = path(of: name)
        let descriptor = FileDescriptor(open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK))
        guard let descriptor else {
            if errno == ENOENT { return nil }
            throw failure(name, "can't open \(path)")
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw failure(name, "can't read \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw DevelopmentSecretError(name: name, message: "\(path) is no regular file; remove it")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw DevelopmentSecretError(name: name, message: "others may read \(path); remove it, or run chmod 600 on it")
        }
        // Only the folder: a developer's checkout may be shared with a group.
        if let fault = FileTrust.fault(ofEntry: directory) { throw DevelopmentSecretError(name: name, message: "\(fault)") }
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit)
        let count = Glibc.read(descriptor.number, &bytes, bytes.count)
        guard count >= 0 else { throw failure(name, "can't read \(path)") }
        let text = String(decoding: bytes.prefix(count), as: UTF8.self).trimmingPrefix { $0.isWhitespace }
        guard let end = text.lastIndex(where: { !$0.isWhitespace }) else {
            throw DevelopmentSecretError(name: name, message: "\(path) is empty; remove it, and a new one is made")
        }
        return SecretText(String(text[...end]))
    }

    /// Keeps a new secret. Whoever looks sees it whole or not at all: it is written under another name and then linked.
    ///
    /// - Returns: whether it is kept; false where there is one of this name already.
    func create(_ name: String, holding secret: SecretText) throws -> Bool {
        for (folder, mode) in [(parent, mode_t(0o755)), (directory, mode_t(0o700))] {
            guard mkdir(folder, mode) == 0 || errno == EEXIST else { throw failure(name, "can't make the folder \(folder)") }
        }
        let draft = path(of: ".\(name).\(getpid()).\(UInt64.random(in: .min ... .max))")
        let descriptor = FileDescriptor(open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600))
        guard let descriptor else { throw failure(name, "can't create a file in \(directory)") }
        defer { unlink(draft) }
        let bytes = Array(secret.revealed.utf8)
        guard write(descriptor.number, bytes, bytes.count) == bytes.count, fsync(descriptor.number) == 0 else {
            throw failure(name, "can't write to \(directory)")
        }
        if link(draft, path(of: name)) == 0 { return true }
        guard errno == EEXIST else { throw failure(name, "can't keep it in \(directory)") }
        return false
    }

    /// An error with the reason of the last system call.
    private func failure(_ name: String, _ what: String) -> DevelopmentSecretError {
        DevelopmentSecretError(name: name, message: "\(what): \(SystemError.last)")
    }
}
