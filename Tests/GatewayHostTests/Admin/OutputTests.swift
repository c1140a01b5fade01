import Testing

@testable import GatewayHost

@Suite("What commands print")
struct OutputTests {
    @Test("Columns are aligned, and the last one is not padded")
    func table() {
        var table = TextTable(["ID", "KIND", "NEXT"])
        table.add(["1", "confirm", "-"])
        table.add(["1000", "refund", "at work now"])
        #expect(table.text == "ID    KIND     NEXT\n1     confirm  -\n1000  refund   at work now")
    }

    @Test(
        "Lengths of time are short",
        arguments: [(-5, "0s"), (0, "0s"), (119, "119s"), (120, "2m"), (7199, "119m"), (7200, "2h"), (172_800, "2d")])
    func span(seconds: Int, text: String) {
        #expect(Output.span(.seconds(seconds)) == text)
    }

    @Test("What others wrote can neither move the cursor of a terminal nor turn its line around")
    func controls() {
        #expect(Output.line("a\u{1B}[2Jb\nc") == "a [2Jb c")
        #expect(Output.line("a\u{202E}b\u{2066}c\u{200B}d\u{2028}e\u{2029}é") == "a b c d e é")
    }

    @Test("Times are in UTC, without the fraction")
    func time() {
        #expect(Output.time("2026-01-08T01:02:03.456Z") == "2026-01-08 01:02:03Z")
    }
}
