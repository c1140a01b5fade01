import GatewayCore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("The corpus of requests", .timeLimit(.minutes(10)))
struct RequestCorpusTests {
    private static let tables = [RequestCase.bodies, RequestCase.queries, RequestCase.targets]

    @Test("has 173 cases and more, each of its own name")
    func size() {
        let names = Self.tables.joined().map(\.name)
        #expect(names.count >= 173)
        #expect(Set(names).count == names.count)
        #expect(RequestCase.bodies.count >= 100 && RequestCase.queries.count >= 40 && RequestCase.targets.count >= 40)
    }

    @Test("is refused, each case with its status, its code and its field, and stores nothing", arguments: tables.indices)
    func refused(table: Int) async throws {
        try await TestAPI.run { api in
            for sent in Self.tables[table] {
                var headers = sent.headers
                if sent.method == .post { headers[.idempotencyKey] = "key-of-the-corpus" }
                let answer = try await api.send(sent.method, sent.path, as: sent.caller, headers: headers, bytes: sent.body)
                #expect(answer.status.code == sent.status, "\(sent.name)")
                #expect(answer.problemCode == sent.code, "\(sent.name)")
                if let field = sent.field {
                    #expect(try Self.fields(of: answer).contains(field), "\(sent.name)")
                }
            }
            // The key that each of them had is as new.
            #expect(try !api.isStored("key-of-the-corpus"))
            let orders = try await api.send(.get, "/api/v1/orders", as: .admin)
            #expect(try object(Array(orders.body.readableBytesView))["data"] == .array([]))
            let good = try await api.send(
                .post, "/api/v1/orders", headers: [.idempotencyKey: "key-of-the-corpus"], body: #"{"amount":1,"currency":"USD"}"#)
            #expect(good.status == .created)
        }
    }

    /// The fields that a refusal names.
    private static func fields(of answer: TestResponse) throws -> [String] {
        guard case .array(let errors) = try object(Array(answer.body.readableBytesView))["errors"] else { return [] }
        return errors.compactMap { error in
            guard case .object(let members) = error, case .string(let field) = members["field"] else { return nil }
            return field
        }
    }
}
