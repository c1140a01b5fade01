import GatewayCore
import Testing

@Suite("An operation's nonce")
struct OperationNonceTests {
    @Test("is 16 letters, none like another, and never digits that could be taken for a card number")
    func letters() {
        let nonces = (0..<10_000).map { _ in Operation.randomNonce() }
        #expect(nonces.allSatisfy { $0.utf8.count == 16 && $0.utf8.allSatisfy { (0x61...0x70).contains($0) } })
        #expect(Set(nonces).count == nonces.count)
        // Every letter at every place: all 64 bits are in it.
        for place in 0..<16 { #expect(Set(nonces.map { Array($0.utf8)[place] }).count == 16) }
    }
}
