import Foundation
import GatewayCore
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("The corpus of card numbers", .timeLimit(.minutes(10)))
struct CardNumberCorpusTests {
    /// Where a client can put a text.
    enum Place: String, Sendable, CaseIterable {
        case description, metadataValue, metadataName, unknownMember, nestedList, paymentMethod, refundReason
        case orderPath, transactionPath, intentPath, refundPath, queryValue, queryName, idempotencyKey
    }

    @Test("has 60 spellings and 60 innocent texts and more, each of its own name")
    func size() {
        #expect(CardNumberCorpus.spellings.count >= 60)
        #expect(CardNumberCorpus.innocent.count >= 60)
        for table in [CardNumberCorpus.spellings, CardNumberCorpus.innocent] {
            #expect(Set(table.map(\.name)).count == table.count)
            #expect(Set(table.map(\.text)).count == table.count)
        }
    }

    @Test("is found in each spelling", arguments: CardNumberCorpus.spellings)
    func found(entry: CardNumberCorpus.Entry) {
        #expect(CardNumber.isContained(in: entry.text))
        #expect(CardNumber.isContained(in: "note: \(entry.text); thanks"))
    }

    @Test("is found in no innocent text", arguments: CardNumberCorpus.innocent)
    func innocent(entry: CardNumberCorpus.Entry) {
        #expect(!CardNumber.isContained(in: entry.text))
        #expect(!CardNumber.isContained(in: "note: \(entry.text); thanks"))
    }

    @Test("is refused in every place, repeated in no answer, and not stored", arguments: Place.allCases)
    func refused(place: Place) async throws {
        try await TestAPI.run { api in
            for entry in CardNumberCorpus.spellings {
                guard let answer = try await Self.send(entry.text, in: place, to: api) else { continue }
                #expect(answer.status.code == 422 && answer.problemCode == "card_number_refused", "\(entry.name)")
                let body = String(buffer: answer.body)
                #expect(!body.contains(entry.text) && !body.contains(entry.text.filter(\.isNumber)), "\(entry.name)")
                #expect(try !api.isStored(entry.text), "\(entry.name)")
            }
            #expect(try !api.isStored("4242424242424242") && !api.isStored("42/42"))
            let orders = try await api.send(.get, "/api/v1/orders", as: .admin)
            #expect(try object(Array(orders.body.readableBytesView))["data"] == .array([]))
        }
    }

    @Test("is taken neither for a request's id nor for a trace context")
    func headers() async throws {
        let traceparent = try #require(HTTPField.Name("traceparent"))
        try await TestAPI.run { api in
            for entry in CardNumberCorpus.spellings where entry.text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
                var headers: HTTPFields = [.requestID: entry.text]
                headers[traceparent] = "00-0af7651916cd43dd8448eb211c80319c-4242424242424242-01"
                let body = #"{"amount":1,"currency":"USD"}"#
                let answer = try await api.send(.post, "/api/v1/orders", headers: headers, body: body)
                #expect(answer.status == .created)
                #expect(answer.headers[.requestID]?.hasPrefix("req_") == true, "\(entry.name)")
            }
            #expect(try !api.isStored("4242424242424242") && !api.isStored("4242-4242"))
        }
    }

    @Test("leaves innocent texts alone in every place", arguments: Place.allCases)
    func passed(place: Place) async throws {
        try await TestAPI.run { api in
            for entry in CardNumberCorpus.innocent {
                guard let answer = try await Self.send(entry.text, in: place, to: api) else { continue }
                #expect(answer.problemCode != "card_number_refused", "\(entry.name)")
                if place == .metadataValue || place == .idempotencyKey { #expect(answer.status == .created, "\(entry.name)") }
            }
        }
    }

    /// Sends a text in a place; nil where it cannot stand there.
    private static func send(_ text: String, in place: Place, to api: TestAPI) async throws -> TestResponse? {
        let json = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        // What is not a letter or a digit of ASCII is percent-encoded.
        let encoded = text.utf8.map { byte in
            byte.isASCIIAlphanumeric ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
        func order(_ members: String) async throws -> TestResponse {
            try await api.send(.post, "/api/v1/orders", body: #"{"amount":1,"currency":"USD",\#(members)}"#)
        }
        switch place {
        case .description: return try await order(#""description":\#(json)"#)
        case .metadataValue: return try await order(#""metadata":{"note":\#(json)}"#)
        case .metadataName: return try await order(#""metadata":{\#(json):"note"}"#)
        case .unknownMember: return try await order(#"\#(json):1"#)
        case .nestedList: return try await order(#""metadata":{"a":[[{"b":\#(json)}]]}"#)
        case .paymentMethod:
            return try await api.send(.post, "/api/v1/payments/pi_1/confirm", body: #"{"payment_method":\#(json)}"#)
        case .refundReason: return try await api.send(.post, "/api/v1/payments/pi_1/refund", body: #"{"reason":\#(json)}"#)
        case .orderPath: return try await api.send(.get, "/api/v1/orders/\(encoded)")
        case .transactionPath: return try await api.send(.get, "/api/v1/payments/transactions/\(encoded)/events")
        case .intentPath: return try await api.send(.get, "/api/v1/payments/\(encoded)")
        case .refundPath: return try await api.send(.post, "/api/v1/payments/\(encoded)/refund")
        case .queryValue: return try await api.send(.get, "/api/v1/payments/transactions?provider=\(encoded)")
        case .queryName: return try await api.send(.get, "/api/v1/orders?\(encoded)=1")
        case .idempotencyKey:
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
            return try await api.send(
                .post, "/api/v1/orders", headers: [.idempotencyKey: text], body: #"{"amount":1,"currency":"USD"}"#)
        }
    }
}

extension UInt8 {
    fileprivate var isASCIIAlphanumeric: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
    }
}
