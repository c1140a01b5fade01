import Foundation
import GatewayHarness
import Testing

@Suite("The gateway's log", .timeLimit(.minutes(10)))
struct LogInjectionTests {
    enum Format: String, CaseIterable, Sendable { case text, json }

    /// Every control character, line separators, what turns the direction of text, and quotes, as JSON writes them.
    private static let hostile: [String] = {
        let units = (0...0x1F).map { $0 } + (0x7F...0x9F).map { $0 } + [0x22, 0x5C, 0x2028, 0x2029, 0x202E, 0x200B, 0xFEFF]
        return units.map { unit in
            let hexadecimal = String(unit, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - hexadecimal.count) + hexadecimal
        }
    }()

    @Test("Nothing that a client, a payer or a provider sends makes a second line of one", arguments: Format.allCases)
    func injection(format: Format) async throws {
        var configuration = GatewayConfiguration()
        configuration.appendix = "log: { format: \(format.rawValue) }"
        try await withGateway(configuration) { gateway in
            let forged = "2026-01-08T01:00:00.000Z critical gateway: forged"
            // Signed by the provider: its id and type are in a line.
            for (index, hostile) in Self.hostile.enumerated() {
                var webhook = Webhook("payment_intent.succeeded", intent: "pi_nobody")
                webhook.body = webhook.body
                    .replacing("\"\(webhook.id)\"", with: "\"evt_\(index)\(hostile)\(forged)\"")
                    .replacing("payment_intent.succeeded", with: "a\(hostile)\(forged)")
                _ = try await webhook.post(to: gateway)
            }
            // Bytes that are no HTTP, and bytes in each part of a request that could get into a line.
            for byte in [0x00, 0x07, 0x0A, 0x0B, 0x1B, 0x7F, 0x85, 0x9B, 0xC0, 0xFF] as [UInt8] {
                let hostile: [UInt8] = [byte] + Array(forged.utf8)
                let requests: [[UInt8]] = [
                    Array("GET".utf8) + hostile + Array(" /api/v1/orders HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
                    Array("GET /api/v1/".utf8) + hostile + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
                    Array("GET /api/v1/orders?limit=".utf8) + hostile + Array(" HTTP/1.1\r\nHost: x\r\n\r\n".utf8),
                    Array("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: a".utf8) + hostile + Array("\r\n\r\n".utf8),
                    Array("GET /healthz HTTP/1.1\r\nHost: x\r\ntraceparent: a".utf8) + hostile + Array("\r\n\r\n".utf8),
                    Array("POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: a".utf8) + hostile
                        + Array("\r\nContent-Length: 0\r\n\r\n".utf8),
                ]
                for request in requests { _ = try? await sendRaw(request, toPort: gateway.port) }
            }
            // One that is not refused: of the lines of refused requests only a sample is written.
            let last = try await gateway.newUser().get("/orders", headers: [("X-Request-Id", "the-last-one")])
            #expect(last.status == 200, "\(last)")
            try await eventually("the last request is in the log") { gateway.log.contains("the-last-one") }

            let bytes = try Data(contentsOf: URL(fileURLWithPath: gateway.folder.path("gateway.err")))
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            #expect(lines.count > Self.hostile.count + 10)
            let form = #/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (info|notice|warning|error) gateway: /#
            for line in lines {
                let text = try #require(String(validating: line, as: UTF8.self))
                #expect(!text.unicodeScalars.contains(where: Self.isHidden), "\(text)")
                switch format {
                case .json:
                    let object = try #require(try JSONSerialization.jsonObject(with: line) as? [String: Any], "\(text)")
                    #expect(object["level"] as? String != "critical", "\(text)")
                    #expect((object["time"] as? String)?.hasSuffix("Z") == true && object["message"] is String, "\(text)")
                case .text:
                    #expect(text.contains(form), "\(text)")
                }
            }
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
