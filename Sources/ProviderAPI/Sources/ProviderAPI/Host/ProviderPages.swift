/// A request below a provider's pages URL.
public struct PageRequest: Sendable, Hashable {
    /// The method, in upper case.
    public var method: String
    /// The path below the pages URL, percent-decoded, starting with a slash.
    public var path: String
    /// The raw query, without the question mark.
    public var query: String
    /// The header fields, names in lower case.
    public var headers: [HTTPField]
    /// The body; the host bounds it.
    public var body: [UInt8]

    /// A request for a page.
    public init(method: String, path: String, query: String = "", headers: [HTTPField] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }
}

/// A page.
public struct PageResponse: Sendable, Hashable {
    /// The status code.
    public var status: Int
    /// The media type of the body.
    public var contentType: String
    /// Header fields besides the content type, such as `Location`.
    public var headers: [HTTPField] = []
    /// The body.
    public var body: [UInt8]

    /// A page.
    public init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// A command that a provider offers for `gateway call NAME COMMAND ...`.
public struct ProviderCommand: Sendable, Codable, Hashable {
    /// The word that calls it.
    public var name: String
    /// One line that teaches it, arguments included.
    public var help: String

    /// A command.
    public init(name: String, help: String) {
        self.name = name
        self.help = help
    }
}

/// Whether a provider can take payments.
public struct ProviderHealth: Sendable, Codable, Hashable {
    /// Whether it can.
    public var isHealthy: Bool
    /// Why not, for the operator.
    public var message: String?

    /// A verdict.
    public init(isHealthy: Bool, message: String? = nil) {
        self.isHealthy = isHealthy
        self.message = message
    }
}
