import GatewayHTTP
import Glibc
import Hummingbird
import Logging
import ServiceLifecycle

/// The Unix socket beside the database, `<database>.sock`, through which commands have a running gateway work.
///
/// Only the same user and root may talk to it. It is bound in a folder that nobody else can enter, given its mode there, and then
/// moved to its name: at no moment is it open to others, and a socket that a killed gateway left is replaced at once. Whoever makes
/// one holds the lock of the database, so that no other gateway serves the name.
///
/// A gateway that cannot have its socket serves all the same: the reason is logged.
struct AdminSocket: Service {
    /// Where it is.
    let path: String
    private let routes: AdminRoutes
    private let logger: Logger

    /// The longest path of a socket in bytes: `sun_path` of unix(7) has 108, one of them for the NUL at the end.
    static let longestPath = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

    /// The socket of a database.
    init(database: String, routes: AdminRoutes, logger: Logger) {
        path = Self.path(ofDatabase: database)
        self.routes = routes
        self.logger = logger
    }

    /// Where the socket of a database is.
    static func path(ofDatabase database: String) -> String { database + ".sock" }

    /// Why a path cannot be a socket's; nil where it can.
    static func flaw(of path: String) -> String? {
        guard path.utf8.count > longestPath else { return nil }
        return
            "the path \(path) has \(path.utf8.count) bytes, and Linux takes \(longestPath) for a socket; move the database to a "
            + "shorter path (database.url)"
    }

    /// Serves until the graceful shutdown, and removes the socket.
    func run() async throws {
        do {
            if let flaw = Self.flaw(of: path) { throw AdminSocketError(reason: flaw) }
            let nursery = try SocketNursery(of: path)
            defer { nursery.remove() }
            try await application(in: nursery).run()
            unlink(path)
        } catch {
            unlink(path)
            logger.warning(
                "There is no admin socket: commands that write cannot reach this gateway.",
                metadata: ["socket": "\(path)", "reason": "\(error)"])
            try? await gracefulShutdown()
        }
    }

    private func application(in nursery: SocketNursery) -> some Service {
        Application(
            router: routes.router(logger: logger),
            server: .http1(
                configuration: .init(additionalChannelHandlers: [PeerGate(), RequestDeadline()], idleTimeout: .seconds(60))),
            configuration: .init(address: .unixDomainSocket(path: nursery.birthplace), serverName: "payment-gateway"),
            onServerRunning: { _ in
                do {
                    try nursery.publish()
                    logger.info("The admin socket is open.", metadata: ["socket": "\(path)"])
                } catch {
                    logger.warning(
                        "There is no admin socket: commands that write cannot reach this gateway.",
                        metadata: ["socket": "\(path)", "reason": "\(error)"])
                }
            },
            logger: logger
        )
    }
}

/// The folder in which a socket is bound before anybody can see it.
struct SocketNursery: Sendable {
    private let path: String
    private let folder: String

    /// Makes the folder, with mode 0700, in place of one that a killed gateway left.
    init(of path: String) throws {
        self.path = path
        // With the name in it one byte shorter than the socket's own path, so that it fits wherever that does.
        folder = path.hasSuffix(".sock") ? String(path.dropLast(3)) : path + ".s"
        remove()
        guard mkdir(folder, 0o700) == 0 else { throw AdminSocketError(reason: "\(folder): \(String(cString: strerror(errno)))") }
    }

    /// Where the socket is bound.
    var birthplace: String { folder + "/s" }

    /// Gives the socket its mode and its name.
    func publish() throws {
        guard chmod(birthplace, 0o600) == 0, rename(birthplace, path) == 0 else {
            throw AdminSocketError(reason: "\(path): \(String(cString: strerror(errno)))")
        }
        remove()
    }

    /// Removes the folder and the socket in it, and nothing else that may be there.
    func remove() {
        unlink(birthplace)
        rmdir(folder)
    }
}

/// Why there is no admin socket.
struct AdminSocketError: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}
