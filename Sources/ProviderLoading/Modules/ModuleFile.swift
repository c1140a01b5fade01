import Crypto
import Glibc

/// A module's file: found by its name inside the modules directory, opened once, checked and digested, not loaded yet.
///
/// The copy that is linked is made of the file that was opened, not of its name again: whoever exchanges the name in between
/// changes nothing.
struct ModuleFile: ~Copyable {
    private static let chunkSize = 1 << 20
    /// Digits of a digest.
    static let digestLength = 64

    /// The name in providers.yaml.
    let name: String
    /// Where the file is, links followed.
    let path: String
    /// Its SHA-256 in lower-case hexadecimal.
    let digest: String
    private let descriptor: FileDescriptor

    /// Opens and checks a file.
    ///
    /// - Throws: ``ModuleLoadingError``.
    init(named name: String, in directory: String) throws {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains(where: { $0 == "/" || $0 == "\0" }) else {
            throw ModuleLoadingError(name, .invalidName)
        }
        guard let root = ModuleDirectory(directory) else {
            throw ModuleLoadingError(name, .directoryUnreadable(directory: directory, cause: SystemError.last))
        }
        // O_NONBLOCK: a pipe would otherwise wait for a writer.
        let opened = FileDescriptor(open("\(root.path)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK))
        guard let descriptor = opened else {
            switch errno {
            case ENOENT: throw ModuleLoadingError(name, .notFound(directory: root.path, available: root.modules()))
            case ENXIO: throw ModuleLoadingError(name, .notARegularFile)
            default: throw ModuleLoadingError(name, .unreadable(cause: SystemError.last))
            }
        }
        guard let path = ModuleDirectory.resolvedPath("/proc/self/fd/\(descriptor.number)") else {
            throw ModuleLoadingError(name, .unreadable(cause: SystemError.last))
        }
        guard root.contains(path) else { throw ModuleLoadingError(name, .outsideDirectory(target: path, directory: root.path)) }
        guard let state = FileState(descriptor) else { throw ModuleLoadingError(name, .unreadable(cause: SystemError.last)) }
        guard state.isRegular else { throw ModuleLoadingError(name, .notARegularFile) }
        guard !state.isWorldWritable else { throw ModuleLoadingError(name, .worldWritable(path: path)) }

        let fault = try ELFHeader.fault(fileSize: state.size) { offset, count in
            try Self.read(descriptor.number, of: name, at: offset, count: count)
        }
        if let fault { throw ModuleLoadingError(name, fault) }
        digest = try Self.digest(of: descriptor.number, named: name)
        self.name = name
        self.path = path
        self.descriptor = descriptor
    }

    /// Writes the bytes of the file that was opened, whatever its name leads to by now.
    ///
    /// - Returns: the digest of what was written: another one where the file was written to meanwhile.
    func write(to target: borrowing FileDescriptor) throws -> String {
        try Self.digest(of: descriptor.number, named: name) { chunk in
            var rest = chunk[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(target.number, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw ModuleLoadingError(name, .notCopied(cause: SystemError.last)) }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func digest(
        of number: CInt, named name: String, _ use: ([UInt8]) throws -> Void = { _ in }
    ) throws -> String {
        var hash = SHA256()
        var offset: UInt64 = 0
        while true {
            let chunk = try read(number, of: name, at: offset, count: chunkSize)
            if chunk.isEmpty { return hash.finalize().hexadecimal }
            hash.update(data: chunk)
            try use(chunk)
            offset += UInt64(chunk.count)
        }
    }

    private static func read(_ number: CInt, of name: String, at offset: UInt64, count: Int) throws -> [UInt8] {
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                let place = buffer.baseAddress.map { $0 + initialized }
                let got = pread(number, place, count - initialized, off_t(offset) + initialized)
                if got < 0, errno == EINTR { continue }
                failed = got < 0
                if got <= 0 { break }
                initialized += got
            }
        }
        guard !failed else { throw ModuleLoadingError(name, .unreadable(cause: SystemError.last)) }
        return bytes
    }
}

/// What kind of file it is.
private struct FileState {
    let size: UInt64
    let mode: mode_t

    init?(_ descriptor: borrowing FileDescriptor) {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { return nil }
        size = UInt64(max(0, status.st_size))
        mode = status.st_mode
    }

    var isRegular: Bool { mode & S_IFMT == S_IFREG }
    var isWorldWritable: Bool { mode & S_IWOTH != 0 }
}
