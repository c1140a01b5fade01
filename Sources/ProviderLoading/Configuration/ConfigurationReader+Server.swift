import Foundation
import Logging
import ProviderAPI

extension ConfigurationReader {
    /// `environment`. It has no default: one that is forgotten must not make a gateway for real money lenient.
    mutating func environment(of root: ConfigurationNode) -> GatewayEnvironment? {
        guard let node = root["environment"], !node.isAbsent else {
            reportMissing("environment", at: root.origin, "write `environment: development` or `environment: production`")
            return nil
        }
        return reader.word(node, among: ConfigurationSchema.environments).flatMap(GatewayEnvironment.init)
    }

    /// `server`.
    mutating func server(
        _ node: ConfigurationNode?, of root: ConfigurationNode, in environment: GatewayEnvironment?
    ) -> GatewayConfiguration.Server? {
        let section = reader.section(node, as: ConfigurationSchema.server)
        let hostNode = overrides.node(for: .host, else: section?["host"])
        let host = reader.text(hostNode) ?? ConfigurationSchema.defaultHost
        if let hostNode, host.isEmpty || host.contains(where: { $0.isWhitespace || $0 == "/" || $0 == "[" }) {
            reader.report(hostNode.problem("must be a host name or an address alone, such as 127.0.0.1, 0.0.0.0 or ::1"))
        }
        let port = reader.integer(overrides.node(for: .port, else: section?["port"]), in: ConfigurationSchema.ports)
        let publicURL = publicURL(section?["public_url"], in: environment)
        if environment == .production, section?["public_url"].map(\.isAbsent) ?? true {
            let message = "is not set: providers are told to post webhooks to the address that the gateway listens on"
            warn(ConfigurationProblem(at: (node ?? root).origin, keyPath: "server.public_url", message: message))
        }
        let managementNode = overrides.node(for: .management, else: section?["management"])
        let management = management(managementNode)
        let listener = ListenAddress(host: host, port: Int(port ?? ConfigurationSchema.defaultPort))
        if let managementNode, let management, management.overlaps(listener) {
            reader.report(
                managementNode.problem(
                    "is the address that server.host and server.port listen on; choose another port, such as 9090"))
        }
        if environment == .production, managementNode.map(\.isAbsent) ?? true {
            let message = "is not set: /metrics is answered at server.port, and health checks stop when that is full"
            warn(ConfigurationProblem(at: (node ?? root).origin, keyPath: "server.management", message: message))
        }
        let connections = reader.integer(section?["max_connections"], in: ConfigurationSchema.connections)
        let bodyMemory = reader.integer(section?["body_memory_mib"], in: ConfigurationSchema.bodyMemory)
        return GatewayConfiguration.Server(
            host: host, port: Int(port ?? ConfigurationSchema.defaultPort), publicURL: publicURL, management: management,
            maximumConnections: connections.map(Int.init),
            bodyMemory: Int(bodyMemory ?? ConfigurationSchema.defaultBodyMemory) << 20)
    }

    private mutating func management(_ node: ConfigurationNode?) -> ListenAddress? {
        guard let node, let text = reader.text(node) else { return nil }
        guard let address = ListenAddress(text) else {
            reader.report(node.problem("must be an address and a port, such as 127.0.0.1:9090, 0.0.0.0:9090 or [::1]:9090"))
            return nil
        }
        return address
    }

    private mutating func publicURL(_ node: ConfigurationNode?, in environment: GatewayEnvironment?) -> String? {
        guard let node, let text = reader.text(node) else { return nil }
        guard let origin = AllowedOrigin(url: text), let components = URLComponents(string: text),
            components.query == nil, components.fragment == nil
        else {
            let correction = "such as https://pay.example.com, without a user, a query or a fragment"
            reader.report(node.problem("must be an absolute URL with http or https, \(correction)"))
            return nil
        }
        if environment == .production, origin.scheme == "http" {
            warn(node.problem("has no TLS: webhooks and payers' browsers come in the clear unless a proxy adds it"))
        }
        return String(text.reversed().drop { $0 == "/" }.reversed())
    }

    /// `log`.
    mutating func log(_ node: ConfigurationNode?, in environment: GatewayEnvironment?) -> GatewayConfiguration.Log {
        let section = reader.section(node, as: ConfigurationSchema.log)
        let level = reader.word(
            overrides.node(for: .logLevel, else: section?["level"]), among: Logger.Level.allCases.map(\.rawValue))
        let format = reader.word(
            overrides.node(for: .logFormat, else: section?["format"]), among: LogFormat.allCases.map(\.rawValue))
        return GatewayConfiguration.Log(
            level: level.flatMap { Logger.Level(rawValue: $0) } ?? ConfigurationSchema.defaultLogLevel,
            format: format.flatMap(LogFormat.init) ?? ConfigurationSchema.defaultLogFormat(in: environment ?? .development))
    }

    /// `database`.
    mutating func database(_ node: ConfigurationNode?) -> GatewayConfiguration.Database? {
        let section = reader.section(node, as: ConfigurationSchema.database)
        guard let url = overrides.node(for: .database, else: section?["url"]), !url.isAbsent else {
            return GatewayConfiguration.Database(path: absolutePath(ConfigurationSchema.defaultDatabase))
        }
        guard let text = reader.text(url) else { return nil }
        // The value is not shown: the URL of another database holds a password.
        guard text.hasPrefix("sqlite:") else {
            let message = "must be sqlite: and a path, such as sqlite:var/gateway.db; no other database is supported yet"
            reader.report(url.problem(message))
            return nil
        }
        var path = text.dropFirst("sqlite:".count)
        if path.hasPrefix("///") { path = path.dropFirst(2) }
        guard !path.isEmpty, !path.hasPrefix("//"), !path.hasPrefix(":"), !path.hasSuffix("/"), !path.contains("?") else {
            let message = "must name a file after sqlite:, such as sqlite:var/gateway.db or sqlite:/var/lib/gateway/gateway.db"
            reader.report(url.problem("\(message); a database in memory would forget payments"))
            return nil
        }
        return GatewayConfiguration.Database(path: absolutePath(String(path)))
    }
}
