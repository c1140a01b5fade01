import Glibc
import NIOCore
import Synchronization

/// A free port that is kept for the listener from before the providers are loaded, which need it for their URLs.
///
/// The port is bound with `SO_REUSEADDR` and not listened on. Linux lets the listener bind it beside this socket, and gives it to nobody
/// who asks for any free port.
final class PortReservation: Sendable {
    /// The port.
    let port: Int
    private let descriptor: Mutex<CInt?>

    /// Takes a free port of an address.
    ///
    /// - Throws: `IOError`, or what resolving the host throws.
    init(host: String) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: 0)
        let family = address.protocol == .inet6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        do {
            port = try Self.bind(descriptor, to: address)
        } catch {
            close(descriptor)
            throw error
        }
        self.descriptor = Mutex(descriptor)
    }

    private static func bind(_ descriptor: CInt, to address: SocketAddress) throws -> Int {
        var yes: CInt = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<CInt>.size))
        let bound = address.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
        guard bound == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
        var storage = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let named = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        guard named == 0 else { throw IOError(errnoCode: errno, reason: "getsockname") }
        // The port stands at the same place in the addresses of both families.
        return withUnsafePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
        }
    }

    /// Gives the port up, once the listener has it or will never take it.
    func release() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
        if let descriptor { close(descriptor) }
    }

    deinit { release() }
}
