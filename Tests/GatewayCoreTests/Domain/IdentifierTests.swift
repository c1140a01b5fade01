import GatewayCore
import Testing

/// Texts that Swift's `String` takes for one another and that are not the same bytes.
private let equivalentPairs: [(String, String)] = [
    ("Kelvin", "\u{212A}elvin"), ("\u{E9}", "e\u{301}"), ("\u{C5}ngstrom", "\u{212B}ngstrom"), ("a;b", "a\u{37E}b"),
    ("`", "\u{1FEF}"),
    ("\u{AC00}", "\u{1100}\u{1161}"), ("q\u{307}\u{323}", "q\u{323}\u{307}"),
]

@Suite("An identifier")
struct IdentifierTests {
    @Test("is another one where its bytes differ, though the texts are canonically equivalent", arguments: equivalentPairs)
    func bytes(_ left: String, _ right: String) {
        #expect(left == right, "the pair tests nothing")
        #expect(Identifier(left) != Identifier(right))
        #expect(Set([Identifier(left), Identifier(right), Identifier(left)]).count == 2)
        #expect([Identifier(left): 1][Identifier(right)] == nil)
        #expect(!left.isIdentical(to: right) && left.isIdentical(to: left))
        #expect(!String.areIdentical(left, right) && String.areIdentical(right, right))
        #expect(!String.areIdentical(left, nil) && String.areIdentical(nil, nil))
    }

    @Test("of a user is compared by bytes: who is who, and whose is what", arguments: equivalentPairs)
    func subjects(_ left: String, _ right: String) throws {
        let (one, other) = (Subject(stored: left), Subject(stored: right))
        #expect(one != other)
        #expect(Set([one, other]).count == 2)
        #expect(!Principal(subject: one, isAdmin: false).maySee(ownedBy: other))
        #expect(Principal(subject: one, isAdmin: false).maySee(ownedBy: one))
        #expect(Principal(subject: one, isAdmin: true).maySee(ownedBy: other))
        #expect(IdempotencyReference(owner: one, key: "k") != IdempotencyReference(owner: other, key: "k"))
    }

    @Test("of a user has one spelling: text in Normalization Form C without control characters")
    func checkedSubjects() throws {
        for (text, refusal): (String, Subject.Refusal) in [
            ("", .length), (String(repeating: "\u{E9}", count: 256), .length), ("a\tb", .controlCharacter),
            ("\u{7F}", .controlCharacter),
            ("\u{200B}a", .controlCharacter), ("\u{FEFF}a", .controlCharacter), ("\u{212A}", .notNormalized),
            ("e\u{301}", .notNormalized), ("erased-1", .pseudonym), ("erased-", .pseudonym),
        ] {
            #expect(throws: refusal) { try Subject(checking: text) }
        }
        for text in [
            "42", "erased", "Erased-1", "a b", "\u{E9}", "auth0|5f7c8ec7c33c6c004bbafe82",
            String(repeating: "\u{E9}", count: 255),
        ] {
            #expect(try Subject(checking: text).text == text)
        }
    }
}
