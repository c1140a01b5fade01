import Foundation
import GatewayLifecycle
import Testing

/// docs/clients.md draws which status follows which. The table of the state machine is the source.
@Suite("The diagram of a payment's life in docs/clients.md", .timeLimit(.minutes(10)))
struct LifecycleDiagramTests {
    @Test("It is the one that the transition table prints")
    func diagram() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/clients.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text.contains("```mermaid\n\(TransitionTable.mermaid)```\n"), "paste this: \(TransitionTable.mermaid)")
    }
}
