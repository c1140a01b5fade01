import GatewayCore
import ProviderAPI
import Testing

@testable import GatewayHTTP

/// What reads the body of an operation.
private struct BodyReader: Sendable, CustomTestStringConvertible {
    /// The `operationId`.
    let operation: String
    /// Members that are needed for the others to be judged.
    var needed: [String: JSONValue] = [:]
    /// Reads a body.
    let read: @Sendable ([String: JSONValue]) throws -> Void

    var testDescription: String { operation }

    static let all: [BodyReader] = [
        BodyReader(operation: "createOrder", needed: ["amount": .number("1"), "currency": .string("USD")]) { body in
            _ = try NewOrder(body, for: Principal(subject: "1", isAdmin: true))
        },
        BodyReader(
            operation: "createPaymentIntent",
            needed: ["order_id": .number("1"), "amount": .number("1")]
        ) { _ = try CreatePaymentCommand($0) },
        BodyReader(operation: "confirmPayment") { _ = try PaymentCommand.decodingConfirmation($0) },
        BodyReader(operation: "capturePayment") { _ = try PaymentCommand.decodingCapture($0) },
        BodyReader(operation: "runProviderCommand") { _ = try ProviderCommandRoutes.arguments(in: $0) },
        BodyReader(operation: "cancelPayment") { _ = try PaymentCommand.decodingCancellation($0) },
        BodyReader(operation: "refundPayment") { _ = try PaymentCommand.decodingRefund(amount: nil, $0) },
    ]

    /// What is said against a value of a member.
    func refusals(_ name: String, _ value: JSONValue?) -> [String] {
        var body = needed
        body[name] = value
        do {
            try read(body)
            return []
        } catch let error as GatewayError {
            return error.fields.map { "\($0.name): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }
}

@Suite("The description of the requests")
struct DescribedRequestsTests {
    private let description: APIDescription

    init() throws {
        description = try APIDescription()
    }

    private func schema(of reader: BodyReader) throws -> JSONValue {
        try #require(description.operations.first { $0.id == reader.operation }, "\(reader.operation)").body
    }

    @Test("has every operation that takes JSON, webhooks excepted")
    func all() {
        let described = description.operations.filter { $0.body != .null && $0.id != "receiveWebhook" }.map(\.id)
        #expect(Set(described) == Set(BodyReader.all.map(\.operation)))
    }

    @Test("has the fields that are read, which of them must be there, and no other", arguments: BodyReader.all)
    fileprivate func fields(reader: BodyReader) throws {
        let schema = try schema(of: reader)
        let message = try #require(reader.refusals("no_such", .number("1")).first)
        #expect(Set(known(message)) == Set(schema["properties"].members.keys))
        #expect(schema["additionalProperties"] == .bool(false))
        #expect(Set(schema["required"].elements.compactMap(\.text)) == Set(reader.needed.keys))
        for name in reader.needed.keys { #expect(reader.refusals(name, nil) == ["\(name): It is missing."]) }
    }

    @Test("says where null stands for nothing", arguments: BodyReader.all)
    fileprivate func nulls(reader: BodyReader) throws {
        for (name, property) in try schema(of: reader)["properties"].members {
            let schema = description.resolve(property)
            let isNullable = schema.types.contains("null") || schema["oneOf"].elements.contains { $0["type"] == .string("null") }
            #expect(reader.refusals(name, .null).isEmpty == isNullable, "\(name)")
        }
    }

    @Test("has the words and the lengths of texts that are taken, and no longer ones", arguments: BodyReader.all)
    fileprivate func limits(reader: BodyReader) throws {
        for (name, property) in try schema(of: reader)["properties"].members {
            let schema = description.resolve(property)
            let isText = schema.types.contains("string")
            if !schema["enum"].elements.isEmpty {
                for word in schema["enum"].elements { #expect(reader.refusals(name, word).isEmpty, "\(name)") }
                #expect(!reader.refusals(name, .string("another")).isEmpty, "\(name)")
            } else if isText, name != "currency" {
                let longest = try #require(schema["maxLength"].integer, "\(name) has no maxLength")
                func text(_ length: Int) -> String {
                    switch name {
                    case "amount": "1." + String(repeating: "0", count: length - 2)
                    case "receipt_email": "a@b." + String(repeating: "c", count: length - 4)
                    case "return_url": "https://" + String(repeating: "a", count: length - 8)
                    default: String(repeating: "é", count: length)
                    }
                }
                #expect(reader.refusals(name, .string(text(longest))) == [], "\(name)")
                #expect(!reader.refusals(name, .string(text(longest + 1))).isEmpty, "\(name)")
                // Of an amount only its length is judged here where its currency is not known.
                if name != "amount" { #expect(!reader.refusals(name, .string("")).isEmpty, "\(name)") }
            }
        }
    }

    @Test("has the bounds of ids and of metadata", arguments: BodyReader.all)
    fileprivate func bounds(reader: BodyReader) throws {
        let properties = try schema(of: reader)["properties"].members
        if let id = properties["order_id"].map(description.resolve) {
            #expect(id["maximum"].integer.map(Int64.init) == FieldReader.largestID)
            #expect(reader.refusals("order_id", id["maximum"]).isEmpty && !reader.refusals("order_id", .number("0")).isEmpty)
        }
        guard let metadata = properties["metadata"].map(description.resolve) else { return }
        let pairs = try #require(metadata["maxProperties"].integer)
        let name = try #require(metadata["propertyNames"]["maxLength"].integer)
        let value = try #require(metadata["additionalProperties"]["maxLength"].integer)
        func object(pairs: Int = 1, name: Int = 5, value: Int = 1) -> JSONValue {
            let names = (0..<pairs).map { number in
                String(repeating: "n", count: name - 2) + (number < 10 ? "0\(number)" : "\(number)")
            }
            return .object(Dictionary(uniqueKeysWithValues: names.map { ($0, .string(String(repeating: "é", count: value))) }))
        }
        #expect(reader.refusals("metadata", object(pairs: pairs, name: name, value: value)) == [])
        for wrong in [object(pairs: pairs + 1), object(name: name + 1), object(value: value + 1)] {
            #expect(!reader.refusals("metadata", wrong).isEmpty)
        }
    }
}
