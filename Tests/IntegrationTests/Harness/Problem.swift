import GatewayHarness
import Testing

/// Expects an answer to be a problem document with all its members (RFC 9457), and the gateway's code.
func expectProblem(
    _ answer: HTTPAnswer, _ status: Int, _ code: String, field: String? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
    let type = answer.header("content-type") ?? "none"
    #expect(type.hasPrefix("application/problem+json"), "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["code"].string == code, "\(answer)", sourceLocation: sourceLocation)
    #expect(answer["status"].integer == status, "\(answer)", sourceLocation: sourceLocation)
    for member in ["type", "title", "detail", "request_id"] {
        #expect(answer[member].string?.isEmpty == false, "\(member) of \(answer)", sourceLocation: sourceLocation)
    }
    #expect(answer["request_id"].string == answer.header("x-request-id"), "\(answer)", sourceLocation: sourceLocation)
    if let field {
        let errors = answer["errors"].elements
        #expect(
            errors.contains { $0["field"].string == field }, "no error names \(field): \(answer)", sourceLocation: sourceLocation)
        #expect(errors.allSatisfy { $0["message"].string?.isEmpty == false }, "\(answer)", sourceLocation: sourceLocation)
    }
    for inside in ["SELECT ", "INSERT ", "UPDATE ", "SQLite", ".swift", "GatewayCore", "GRDB"] {
        #expect(!answer.text.contains(inside), "\(inside) in \(answer)", sourceLocation: sourceLocation)
    }
}
