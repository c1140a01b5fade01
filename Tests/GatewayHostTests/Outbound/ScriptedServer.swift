import NIOCore
import NIOPosix
import Synchronization

/// A server that answers raw bytes by script, on a free port of 127.0.0.1, and remembers what reached it.
final class ScriptedServer: Sendable {
    /// What happens once a whole request has arrived.
    enum Reply: Sendable {
        /// These bytes; the connection stays open.
        case send([UInt8])
        /// These bytes, then the connection is closed.
        case sendAndClose([UInt8])
        /// The connection is closed.
        case close
        /// Nothing.
        case hang

        /// An answer with a body.
        static func answer(_ status: String = "200 OK", headers: String = "", body: String = "") -> Reply {
            .send(bytes(status, headers, body))
        }

        /// An answer with a body, and the end of the connection, without having announced it.
        static func answerAndClose(body: String = "") -> Reply {
            .sendAndClose(bytes("200 OK", "", body))
        }

        private static func bytes(_ status: String, _ headers: String, _ body: String) -> [UInt8] {
            Array("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)".utf8)
        }
    }

    fileprivate struct State {
        var replies: [Reply]
        var requests: [String] = []
        var connections = 0
        var openConnections = 0
    }

    fileprivate let state: Mutex<State>
    private let channel = Mutex<(any Channel)?>(nil)

    private init(_ replies: [Reply]) {
        state = Mutex(State(replies: replies))
    }

    /// The port it listens on.
    var port: Int { channel.withLock { $0?.localAddress?.port } ?? 0 }
    /// `http://127.0.0.1:` and the port.
    var url: String { "http://127.0.0.1:\(port)" }
    /// The whole requests so far, head and body.
    var requests: [String] { state.withLock { $0.requests } }
    /// How many connections there have been.
    var connections: Int { state.withLock { $0.connections } }
    /// How many connections there are.
    var openConnections: Int { state.withLock { $0.openConnections } }

    /// Runs `body` against a server that gives `replies` to the requests in the order in which they arrive, the last one again
    /// and again.
    static func run<Result>(_ replies: Reply..., body: (ScriptedServer) async throws -> Result) async throws -> Result {
        let server = ScriptedServer(replies)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        server.channel.withLock { $0 = channel }
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    fileprivate func opened() {
        state.withLock {
            $0.connections += 1
            $0.openConnections += 1
        }
    }

    fileprivate func closed() {
        state.withLock { $0.openConnections -= 1 }
    }

    fileprivate func reply(to request: String) -> Reply {
        state.withLock { state in
            state.requests.append(request)
            return state.replies.count > 1 ? state.replies.removeFirst() : state.replies[0]
        }
    }
}

/// Cuts the bytes of one connection into requests.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let server: ScriptedServer
    private var received = ""

    init(_ server: ScriptedServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        server.opened()
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.closed()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: Self.unwrapInboundIn(data))
        while let request = nextRequest() {
            switch server.reply(to: request) {
            case .send(let bytes):
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
            case .sendAndClose(let bytes):
                context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            case .hang: break
            }
        }
    }

    private func nextRequest() -> String? {
        guard let headEnd = received.firstRange(of: "\r\n\r\n")?.upperBound else { return nil }
        let length =
            received[..<headEnd].split(separator: "\r\n").lazy
            .compactMap { line in
                line.lowercased().hasPrefix("content-length:") ? Int(line.dropFirst(15).filter { $0 != " " }) : nil
            }
            .first ?? 0
        guard let end = received.utf8.index(headEnd, offsetBy: length, limitedBy: received.endIndex) else { return nil }
        defer { received.removeSubrange(..<end) }
        return String(received[..<end])
    }
}
