import GatewayCore
import HTTPTypes
import Testing

@testable import GatewayHTTP

@Suite("The description of the errors")
struct DescribedProblemsTests {
    private let description: APIDescription

    init() throws {
        description = try APIDescription()
    }

    @Test("has every code of the table with its status, its title and an example, and no other")
    func table() throws {
        let table = Set(GatewayError.Code.allCases.map { "\($0.entry.status.code) \($0.entry.name): \($0.entry.title)" })
        var shown: Set<String> = []
        for (name, response) in description.root["components"]["responses"].members {
            for problem in description.problems(of: response) {
                let code = problem["code"].text ?? ""
                #expect(problem["type"] == .string("urn:payment-gateway:problem:\(code)"), "\(name)")
                shown.insert("\(problem["status"].integer ?? 0) \(code): \(problem["title"].text ?? "")")
            }
        }
        #expect(table.subtracting(shown).sorted() == [], "in the table, and not described")
        #expect(shown.subtracting(table).sorted() == [], "described, and not in the table")
        let codes = try description.schema("ProblemCode")["enum"].elements.compactMap(\.text)
        #expect(Set(codes) == Set(GatewayError.Code.allCases.map(\.entry.name)))
    }

    @Test("shows a problem under its own status only")
    func statuses() {
        for operation in description.operations {
            for (status, response) in operation.responses {
                for problem in description.problems(of: response) {
                    #expect(problem["status"].integer.map(String.init) == status, "\(operation.id) \(status)")
                }
            }
        }
    }

    @Test("has the members that a problem document can have, and no other")
    func members() throws {
        let schema = try description.schema("Problem")
        var shown: Set<String> = []
        for code in GatewayError.Code.allCases {
            var error = GatewayError(code, "No.")
            error.fields = [.init("amount", "It is missing.")]
            let problem = try parse(String(decoding: Problem.body(error, requestID: "r"), as: UTF8.self))
            expectSameMembers(problem["errors"], schema["properties"]["errors"], in: description, at: "Problem.errors")
            shown.formUnion(problem.members.keys)
        }
        #expect(shown == Set(schema["properties"].members.keys))
    }
}
