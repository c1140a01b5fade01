import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("The description of the routes")
struct DescribedRoutesTests {
    /// A path with its parameters' names and its wildcard taken out, as `method path`.
    private static func plain(_ method: String, _ path: String) -> String {
        let segments = path.split(separator: "/").map { segment in
            let isParameter = segment.hasPrefix("{") || segment.hasPrefix(":") || segment == "**"
            return isParameter ? "{}" : String(segment)
        }
        return method + " /" + segments.joined(separator: "/")
    }

    @Test("has the routes that the router has, and no other")
    func routes() async throws {
        let described = Set(try APIDescription().operations.map { Self.plain($0.method, $0.path) })
        try await TestAPI.run { api in
            var served: Set<String> = []
            for route in api.routes {
                let probe = route.path.replacing("**", with: "x").replacing(/[:{]\w+}?/, with: "1")
                // Every path has an endpoint for each method; those that it has not answer 405. HEAD goes with GET.
                guard route.method != .head, try await api.send(route.method, probe, as: .nobody).status != .methodNotAllowed
                else { continue }
                served.insert(Self.plain(route.method.rawValue, route.path))
            }
            #expect(served.subtracting(described).sorted() == [], "served, and not described")
            #expect(described.subtracting(served).sorted() == [], "described, and not served")
        }
    }

    @Test("has the statuses that metrics count from the start: those of success and of failures on the gateway's side")
    func countedAnswers() throws {
        var described: [String: Set<Int>] = [:]
        // Which statuses a page has is the provider's to say.
        for operation in try APIDescription().operations
        where operation.path.hasPrefix("/api/v1/") && !operation.path.contains("/pages/") {
            let statuses = operation.responses.keys.compactMap { Int($0) }
            described[Self.plain(operation.method, operation.path)] = Set(statuses.filter { !(400..<500).contains($0) })
        }
        let counted = RouteTable.answers.map { (Self.plain($0.method, $0.route), Set($0.statuses)) }
        #expect(Dictionary(uniqueKeysWithValues: counted) == described, "see RouteTable.answers")
    }

    @Test("says who needs a token, and the routes hold to it")
    func security() async throws {
        let operations = try APIDescription().operations
        try await TestAPI.run { api in
            for operation in operations {
                let path = operation.path.replacing(/\{\w+\}/, with: "1")
                let method = try #require(HTTPRequest.Method(operation.method))
                let answer = try await api.send(method, path, as: .nobody, body: operation.method == "POST" ? "{}" : nil)
                #expect((answer.status == .unauthorized) != operation.isOpen, "\(operation.id): \(answer.status)")
                #expect((operation.responses["401"] != nil) != operation.isOpen, "\(operation.id)")
            }
        }
    }

    @Test("names every parameter of a query that a route reads, and no other")
    func parameters() async throws {
        let operations = try APIDescription().operations
        try await TestAPI.run { api in
            // Webhooks and pages are the provider's to read; the others are files and probes.
            for operation in operations where !operation.isOpen {
                let path = operation.path.replacing(/\{\w+\}/, with: "1") + "?no_such=1"
                let method = try #require(HTTPRequest.Method(operation.method))
                let answer = try await api.send(method, path, as: .admin, body: operation.method == "POST" ? "{}" : nil)
                try #require(answer.status == .unprocessableContent, "\(operation.id): \(answer.status)")
                let message = try object(Array(answer.body.readableBytesView))["errors"]?.elements.first?["message"].text ?? ""
                let described = operation.parameters.filter { $0["in"] == .string("query") }.compactMap { $0["name"].text }
                #expect(Set(known(message)) == Set(described), "\(operation.id)")
            }
        }
    }
}

/// The names in the message about a field or a parameter that there is not.
func known(_ message: String) -> [String] {
    message.firstMatch(of: /there are: (.*)\.$/)?.1.split(separator: ", ").map(String.init) ?? []
}
