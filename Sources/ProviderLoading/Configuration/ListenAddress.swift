/// An address and a port to listen on, written as `127.0.0.1:9090`, `localhost:9090` or `[::1]:9090`.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name, an IPv4 or an IPv6 address, without brackets.
    package let host: String
    /// The port; 0 takes a free one.
    package let port: Int

    /// An address and a port.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads an address and a port; nil where the text is anything else. An IPv6 address needs brackets.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || "/[]@".contains($0) }) else { return nil }
        self.init(host: String(host), port: port)
    }

    /// Whether no process can listen on both addresses at the same time.
    ///
    /// On Linux a listener on `::` takes the port of every address, and one on `0.0.0.0` that of every IPv4 address.
    func overlaps(_ other: ListenAddress) -> Bool {
        guard port == other.port, port != 0 else { return false }
        let hosts = [host, other.host].map { $0.lowercased() == "localhost" ? "127.0.0.1" : $0.lowercased() }
        if hosts[0] == hosts[1] || hosts.contains("::") { return true }
        return hosts.contains("0.0.0.0") && !hosts.contains { $0.contains(":") }
    }

    private static func port(_ text: Substring) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { (0...65535).contains($0) ? $0 : nil }
    }

    /// The address as it stands in a URL.
    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
