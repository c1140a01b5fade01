import ProviderAPI
import Testing

@testable import ProviderConformance

@Suite("Striking at one value of an answer")
struct AnswerEditorTests {
    private func struck(_ place: String, in body: String, with value: JSONValue) -> String? {
        AnswerEditor.replacing(place, in: Array(body.utf8)) { _ in value }.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("A value of JSON is found by its dotted path, indices included")
    func json() {
        #expect(
            struck("data.0.id", in: #"{"data": [{"id": "a"}, {"id": "b"}]}"#, with: .string("x"))
                == #"{"data":[{"id":"x"},{"id":"b"}]}"#)
        #expect(struck("amount", in: #"{"amount": 12.50}"#, with: .integer(9)) == #"{"amount":9}"#)
        #expect(struck("data.id", in: #"{"data": [{"id": "a"}]}"#, with: .string("x")) == nil)
        #expect(struck("data", in: #"{"data": null}"#, with: .string("x")) == nil)
    }

    @Test("A parameter of a form is found by its name, and the others stay")
    func form() {
        let body = "status=Ok&amount=99.90&pollurl=https%3A%2F%2Fapi.example%2F%3Fid%3D1+2"
        #expect(
            struck("amount", in: body, with: .string("9.99"))
                == "status=Ok&amount=9.99&pollurl=https%3A%2F%2Fapi.example%2F%3Fid%3D1%202")
        #expect(struck("reference", in: body, with: .string("x")) == nil)
        #expect(struck("status", in: "<html>status=Ok</html>", with: .string("x")) == nil)
    }

    @Test("Amounts are scaled exactly in their own notation, or not at all")
    func scaling() {
        #expect(Decimals.scaled(.integer(9999), by: 29, over: 9999) == .integer(29))
        #expect(Decimals.scaled(.string("99.99"), by: 29, over: 9999) == .string("0.29"))
        #expect(Decimals.scaled(.string("99.99"), by: 999_999_999_990, over: 9999) == .string("9999999999.90"))
        #expect(Decimals.scaled(.string("1200"), by: 115, over: 1200) == .string("115"))
        #expect(Decimals.scaled(.string("12"), by: 1, over: 10) == nil)
        #expect(Decimals.scaled(.string("12 USD"), by: 1, over: 1) == nil)
    }

    @Test("A request's amount is found in whatever unit it is sent, and nothing else is taken for it")
    func sentAmount() throws {
        let amount = Money(minorUnits: 9999, currency: try #require(Currency("USD")))
        var request = HTTPRequest(method: "POST", url: "https://api.example/")
        request.body = Array(#"{"amount": {"value": "99.99"}, "cents": 9999, "order": 7, "zip": "99991"}"#.utf8)
        #expect(SentAmount.places(in: request, for: amount).map(\.place) == ["amount.value", "cents"])
        request.body = Array("amount=99.99&reference=op_1".utf8)
        #expect(SentAmount.places(in: request, for: amount).map(\.place) == ["amount"])
    }
}
