import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// Why an exchange ended without an answer, in words for people.
///
/// The words come from the error's kind and code. The text of an unknown kind is left out: it may quote the exchange.
struct FailureCause: CustomStringConvertible {
    /// The words, lower case at the start, no full stop.
    let description: String

    /// The words for `error`.
    init(_ error: any Error) {
        description =
            switch error {
            case let error as HTTPClientError: Self.words(for: error)
            case let error as NIOConnectionError: Self.words(for: error)
            case let error as IOError: Self.words(forErrno: error.errnoCode)
            case let error as AnswerTooLarge: "the answer is larger than the \(error.maximumBytes) bytes that are accepted"
            case let error as ChannelError: Self.words(for: error)
            default: Self.words(forOther: error)
            }
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .deadlineExceeded: "the call's deadline passed"
        case .cancelled: "the call was cancelled"
        case .connectTimeout: "connecting took too long"
        case .tlsHandshakeTimeout: "the TLS handshake took too long"
        case .getConnectionFromPoolTimeout: "no connection became free in time"
        case .remoteConnectionClosed, .uncleanShutdown: "the other side closed the connection"
        case .alreadyShutdown: "the gateway is shutting down"
        default: error.shortDescription
        }
    }

    private static func words(for error: NIOConnectionError) -> String {
        let attempts = error.connectionErrors.map { failure in
            let address = failure.target.ipAddress.map { "\($0) port \(error.port)" } ?? "port \(error.port)"
            return "\(address): \(FailureCause(failure.error))"
        }
        if !attempts.isEmpty { return "no connection (\(attempts.joined(separator: "; ")))" }
        let lookups = [error.dnsAError, error.dnsAAAAError].compactMap { $0 as? SocketAddressError.UnknownHost }
        let reason = lookups.first.map { ": \($0.errorDescription)" } ?? ""
        return "the name \(error.host) can't be resolved\(reason)"
    }

    private static func words(for error: ChannelError) -> String {
        switch error {
        case .connectTimeout: "connecting took too long"
        case .eof, .inputClosed, .outputClosed, .alreadyClosed, .ioOnClosedChannel: "the connection is closed"
        default: "ChannelError"
        }
    }

    private static func words(forErrno code: CInt) -> String {
        String(cString: strerror(code)).lowercased()
    }

    private static func words(forOther error: any Error) -> String {
        let type = String(reflecting: Swift.type(of: error))
        if type.hasPrefix("NIOSSL.") { return "TLS failed: \(error)" }
        return type.hasPrefix("NIOHTTP") ? "the answer breaks the protocol (\(type): \(error))" : type
    }
}
