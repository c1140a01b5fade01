import Foundation
import GatewayCore
import HTTPTypes
import Testing

@testable import GatewayHTTP

@Suite("The table of errors in docs/clients.md")
struct DocumentedErrorsTests {
    @Test("It has each status and code that the gateway answers with, and no other")
    func table() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/clients.md")
        let rows = try String(contentsOf: page, encoding: .utf8).matches(of: /(?m)^\| (4\d\d|5\d\d) \| `([a-z_]+)` \| \S.* \|$/)
            .map { "\($0.1) \($0.2)" }
        let table = GatewayError.Code.allCases.map { "\($0.entry.status.code) \($0.entry.name)" }
        #expect(rows.sorted() == table.sorted())
    }
}
