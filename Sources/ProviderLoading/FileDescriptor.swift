import Glibc

/// An open file, closed with the value.
struct FileDescriptor: ~Copyable, Sendable {
    /// The number.
    let number: CInt

    /// Takes over what `open` returned; nil where it failed, with `errno` as it was.
    init?(_ number: CInt) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}

/// What the system says of a call that failed.
enum SystemError {
    /// The reason of the last call of this thread.
    static var last: String { String(cString: strerror(errno)) }
}
