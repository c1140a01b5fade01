import Foundation
import Glibc
import Synchronization

/// A TCP connection to 127.0.0.1 that sends exactly the bytes it is given. Its calls block: see ``onOwnThread(_:)``.
package final class SocketConnection: Sendable {
    private let descriptor: Int32

    /// Connects.
    ///
    /// - Parameter timeout: of each single read or write.
    /// - Throws: ``HarnessError`` where nothing listens there.
    package init(port: Int, timeout: Duration = hangLimit) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw HarnessError("no socket: \(Self.lastError)") }
        var time = timeval(tv_sec: Int(timeout.components.seconds), tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, size)
        var address = Self.loopback(port: port)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            // The descriptor is set, so deinit runs and closes it.
            throw HarnessError("cannot connect to 127.0.0.1:\(port): \(Self.lastError)")
        }
    }

    deinit { close(descriptor) }

    /// Sends all bytes; false where the other side does not take them any more (its answer may still be there to read).
    package func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// The next bytes; empty at the end of the stream.
    ///
    /// - Throws: ``HarnessError`` at a time-out or a reset.
    package func receive() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw HarnessError("no answer: \(Self.lastError)") }
        return Array(buffer.prefix(count))
    }

    /// A port below those that the system gives to outgoing connections. A server that is struck and started again finds such a
    /// port free: no client's connection, and no client that connects to itself, takes it meanwhile. Nor does another server of this
    /// process: no port is given out twice.
    package static func freeServerPort() throws -> Int {
        for _ in 0..<200 {
            let port = Int.random(in: 20_000..<32_000)
            guard serverPorts.withLock({ $0.insert(port).inserted }) else { continue }
            if (try? SocketConnection(port: port)) == nil { return port }
        }
        throw HarnessError("no free port from 20000 to 31999")
    }

    private static let serverPorts = Mutex<Set<Int>>([])

    private static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static var lastError: String { String(cString: strerror(errno)) }
}
