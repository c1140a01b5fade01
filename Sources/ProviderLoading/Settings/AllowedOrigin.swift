import Foundation

/// A scheme, host and port that a provider may call (the origin of RFC 6454).
package struct AllowedOrigin: Sendable, Hashable, Codable, CustomStringConvertible {
    /// `http` or `https`.
    package let scheme: String
    /// The host's name or address, in lower case; an IPv6 address without brackets.
    package let host: String
    /// The port; the scheme's own where the URL has none.
    package let port: Int

    /// The origin of an absolute URL with `http` or `https`; nil for anything else, and for a URL with a user or password in it.
    package init?(url: String) {
        // Foundation repairs spaces and control characters, where a mistake should be named.
        guard url.unicodeScalars.allSatisfy({ $0.isASCII && $0.value > 0x20 && $0.value != 0x7F }),
            let components = URLComponents(string: url),
            let scheme = components.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = components.host?.lowercased(), !host.isEmpty,
            components.user == nil, components.password == nil
        else { return nil }
        let port = components.port ?? (scheme == "https" ? 443 : 80)
        guard (1...65535).contains(port) else { return nil }
        self.scheme = scheme
        self.host = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        self.port = port
    }

    /// Whether the host is this machine: `localhost`, an address of 127.0.0.0/8, or ::1.
    var isLoopback: Bool {
        if ["localhost", "::1"].contains(host) || host.hasSuffix(".localhost") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    /// `scheme://host:port`.
    package var description: String {
        host.contains(":") ? "\(scheme)://[\(host)]:\(port)" : "\(scheme)://\(host):\(port)"
    }
}
