import Glibc

/// Whether this process may read a file.
enum FileAccess {
    /// Returns that this process's user may not read a file, and what to do about it.
    ///
    /// - Returns: nil where the user may read it, and where it cannot be read for another reason, such as that it does not exist.
    static func denial(of path: String) -> String? {
        // O_NONBLOCK: a pipe would otherwise wait for a writer.
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number < 0 else {
            close(number)
            return nil
        }
        guard errno == EACCES || errno == EPERM else { return nil }
        return "the user \(geteuid()) may not read this file; run the command as the gateway's user, or let this user read it"
    }
}
