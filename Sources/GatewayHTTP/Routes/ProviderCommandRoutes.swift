package import GatewayCore
import Hummingbird
import ProviderAPI

/// The commands that providers offer, over HTTP: for tests that cannot run `gateway call`, such as those in containers and browsers.
///
/// Both routes are for admins, and for `environment: development` only: a command may change what the provider has stored.
package struct ProviderCommandRoutes: Sendable {
    let desk: ProviderDesk
    let areOffered: Bool

    /// Routes over the providers in use.
    ///
    /// - Parameter areOffered: whether the gateway runs with `environment: development`; otherwise both routes answer 403.
    package init(desk: ProviderDesk, areOffered: Bool) {
        self.desk = desk
        self.areOffered = areOffered
    }

    /// Lists a provider's commands.
    @Sendable func list(_ request: GatewayRequest) async throws -> Response {
        try checkEnvironment()
        var query = request.query
        try query.finish()
        return .json(Self.body(of: try desk.commands(of: try Self.name("provider", in: request))))
    }

    /// Runs a provider's command, as `gateway call` does.
    @Sendable func run(_ request: GatewayRequest) async throws -> Response {
        try checkEnvironment()
        var query = request.query
        try query.finish()
        let arguments = try Self.arguments(in: try await request.object(in: try await request.body(), mayBeEmpty: true))
        let provider = try Self.name("provider", in: request)
        let command = try Self.name("command", in: request)
        return .json(Self.body(of: try await desk.call(command, arguments, of: provider)))
    }

    /// Reads the arguments out of a request's members. An object or a list stands for its JSON text, so that a client need not
    /// write JSON within JSON.
    ///
    /// - Throws: ``GatewayError/Code/invalidRequest`` with every problem.
    static func arguments(in members: [String: JSONValue]) throws -> [String] {
        var fields = FieldReader(members)
        let arguments = fields.stringsOrJSON("arguments")
        try fields.finish()
        return arguments
    }

    /// The list of commands.
    static func body(of commands: [ProviderCommand]) -> [UInt8] {
        JSONWriter.object { json in
            json.objects("data", commands) { json, command in
                json.string("name", command.name)
                json.string("help", command.help)
            }
        }
    }

    /// A command's output: the document where it is a JSON object or list, otherwise the text.
    ///
    /// A text that only looks like JSON, such as a number, stays a text: a client can rely on the type that a command has.
    static func body(of output: String) -> [UInt8] {
        switch try? JSONParser.parse(Array(output.utf8)) {
        case .object, .array: Array(#"{"output":"#.utf8) + Array(output.utf8) + Array("}".utf8)
        default: JSONWriter.object { $0.string("output", output) }
        }
    }

    /// The path's parameter, which the error of an unknown name repeats.
    ///
    /// - Throws: ``GatewayError/Code/notFound`` for a text that is not made of letters, digits and `-_.`, or looks like a card number.
    private static func name(_ parameter: String, in request: GatewayRequest) throws -> String {
        guard let name = request.context.parameters.get(parameter), (1...64).contains(name.utf8.count),
            name.unicodeScalars.allSatisfy({
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0))
            }),
            !CardNumber.isContained(in: name)
        else { throw GatewayError.notFound(parameter) }
        return name
    }

    private func checkEnvironment() throws {
        guard areOffered else {
            throw GatewayError(
                .forbidden,
                "Providers' commands can be run over HTTP only with `environment: development`. "
                    + "On the gateway's machine, use `gateway call`.")
        }
    }
}
