import Foundation
import Testing

/// Users are `Subject`s, which compare bytes. Other ids are `String`s where the SDK or the database has them: this keeps `==` from them.
@Suite("The sources compare ids as bytes")
struct IdentityComparisonTests {
    private static let folders = [
        "GatewayCore", "GatewayHTTP", "GatewayStorage", "GatewayHost", "ProviderLoading", "MockProvider",
    ]

    /// Whether a line compares an id of text with `==` or `!=`.
    private static func comparesText(_ line: Substring) -> Bool {
        let code = line.drop { $0 == " " }
        guard !code.hasPrefix("//"), !["Identifier(", "isIdentical", "areIdentical"].contains(where: code.contains) else {
            return false
        }
        // Not with nil, and not with a case of an enumeration.
        let left =
            /\b(provider|providerName|defaultProvider|paymentIntentID|intentID|providerRefundID|refundID|eventID|kid|keyID|issuer|audience|idempotencyKey|account|(event|intent|refund|challenge)\.id)\s*[!=]=(?!\s*(nil|\.))/
        let right =
            /[!=]=\s*([\w?!]+\.)*(provider|providerName|defaultProvider|paymentIntentID|intentID|providerRefundID|refundID|eventID|kid|keyID|issuer|audience|idempotencyKey|account|(event|intent|refund|challenge)\.id)\b(?![.(])/
        return code.contains(left) || code.contains(right)
    }

    @Test(
        "A comparison with == is found",
        arguments: [
            "guard known.paymentIntentID == intent.id else {", "if refund.id != known {", "    if named != live.provider {",
            "token.kid == key.kid", "$0.provider == host.name",
        ])
    func found(line: String) {
        #expect(Self.comparesText(line[...]))
    }

    @Test(
        "Other comparisons are not",
        arguments: [
            "if transaction.paymentIntentID == nil {", "account == .gateway || count < limit", "/// provider == name",
            "operation.id == known",
            "guard known.isIdentical(to: intent.id) else {", "claims.issuer != Identifier(issuer)",
            "$0.keyPath == provider.node.keyPath",
        ])
    func notFound(line: String) {
        #expect(!Self.comparesText(line[...]))
    }

    @Test("No line of the host or of the mock compares ids of text with ==")
    func sources() throws {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { root.deleteLastPathComponent() }
        var files = 0
        for folder in Self.folders {
            let folder = root.appending(path: "Sources/\(folder)")
            for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
                files += 1
                let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
                for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
                where Self.comparesText(line) {
                    Issue.record("\(path):\(number + 1): compare ids with isIdentical(to:) or as Identifiers: \(line)")
                }
            }
        }
        #expect(files > 100)
    }
}
