import Glibc
import NIOCore

/// Closes connections of other users than the gateway's own and root, whatever the socket's mode has been changed to.
final class PeerGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    /// `struct ucred` of unix(7), which Swift does not import from glibc: process, user, group.
    private typealias Credentials = (process: UInt32, user: UInt32, group: UInt32)

    func handlerAdded(context: ChannelHandlerContext) {
        // The channel may be active already when handlers are added.
        if context.channel.isActive { admit(context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        admit(context.channel)
        context.fireChannelActive()
    }

    private func admit(_ channel: any Channel) {
        guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        let peer: EventLoopFuture<Credentials> = socket.unsafeGetSocketOption(
            level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
        peer.whenComplete { result in
            guard case .success(let peer) = result, Self.mayEnter(peer.user) else { return channel.close(promise: nil) }
        }
    }

    /// Whether a user may talk to this process.
    static func mayEnter(_ user: uid_t) -> Bool { user == 0 || user == geteuid() }
}
