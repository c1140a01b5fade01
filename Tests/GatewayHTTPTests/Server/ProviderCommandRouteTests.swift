import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@testable import GatewayHTTP

@Suite("The routes of providers' commands")
struct ProviderCommandRouteTests {
    @Test("answer 403 with the reason in production, to an admin too, whether or not there is such a provider")
    func production() async throws {
        try await TestAPI.run(areCommandsOffered: false) { api in
            for (method, path) in [(HTTPRequest.Method.get, "mock/commands"), (.post, "mock/commands/scenario")] {
                let answer = try await api.send(
                    method, "/api/v1/providers/\(path)", as: .admin, body: method == .post ? "{" : nil)
                #expect(answer.status == .forbidden && answer.problemCode == "forbidden", "\(path)")
                #expect(String(buffer: answer.body).contains("use `gateway call`"), "\(path)")
                #expect(try await api.send(method, "/api/v1/providers/\(path)", as: .nobody).status == .unauthorized)
            }
        }
    }

    @Test(
        "do not repeat what cannot be a name",
        arguments: [String(repeating: "x", count: 65), "a%0Ab", "a%20b", "%C3%A9"])
    func names(name: String) async throws {
        try await TestAPI.run { api in
            for path in ["\(name)/commands/ledger", "mock/commands/\(name)"] {
                let answer = try await api.send(.post, "/api/v1/providers/\(path)", as: .admin)
                #expect(answer.problemCode == "not_found", "\(path)")
                #expect(!String(buffer: answer.body).contains(name), "\(path)")
            }
        }
    }

    @Test("pass objects and lists on as their JSON text, numbers as they were written")
    func arguments() throws {
        let members = try object(
            #"{"arguments":["set",[{"match":{"amount":1.50},"times":1,"on":true,"no":null}],{"b\"\n":"é\\","a":[]}]}"#)
        let arguments = try ProviderCommandRoutes.arguments(in: members)
        #expect(
            arguments == [
                "set", #"[{"match":{"amount":1.50},"no":null,"on":true,"times":1}]"#, #"{"a":[],"b\"\u000a":"é\\"}"#,
            ])
        for text in arguments.dropFirst() { #expect(try parse(text).document == text) }
    }

    @Test(
        "refuse arguments of another kind, by place",
        arguments: [
            (#"{"arguments":"set"}"#, "arguments: It must be a list of at most 100 strings."),
            (#"{"arguments":["set",1]}"#, "arguments[1]: It must be a string of at most 100000 characters."),
            (#"{"arguments":[null]}"#, "arguments[0]: It must be a string of at most 100000 characters."),
            (#"{"argument":[]}"#, "argument: There is no such field; there are: arguments."),
        ])
    func wrongArguments(body: String, message: String) throws {
        #expect(try fieldErrors { try ProviderCommandRoutes.arguments(in: object(body)) } == [message])
    }

    @Test(
        "answer a list or an object as JSON and everything else as text",
        arguments: [
            (#"[{"a":1.50}]"#, #"{"output":[{"a":1.50}]}"#), ("{}\n", "{\"output\":{}\n}"), ("42", #"{"output":"42"}"#),
            (#""x""#, #"{"output":"\"x\""}"#), ("null", #"{"output":"null"}"#), ("", #"{"output":""}"#),
            ("The clock.\n[1]", #"{"output":"The clock.\u000a[1]"}"#), ("[1", #"{"output":"[1"}"#),
        ])
    func output(text: String, body: String) throws {
        let bytes = ProviderCommandRoutes.body(of: text)
        #expect(String(decoding: bytes, as: UTF8.self) == body)
        _ = try parse(body)
    }
}
