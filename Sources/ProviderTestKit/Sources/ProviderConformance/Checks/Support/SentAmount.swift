import Foundation
import ProviderAPI

/// A place in a request's body that holds the call's amount, in whatever unit and notation the provider has.
struct SentAmount: Sendable {
    /// A form's parameter or a dotted path into JSON.
    let place: String
    private let recorded: Decimal
    private let amount: Money

    /// The places of a request for `amount`: numbers and texts that are the amount in minor units, times a power of ten.
    static func places(in request: HTTPRequest, for amount: Money) -> [SentAmount] {
        let scalars =
            JSONValue(request.body).map { $0.scalars(at: "") }
            ?? FormParameters(body: request.body)?.pairs.map { ($0.name, .string($0.value)) } ?? []
        return scalars.compactMap { place, value in
            guard let number = Decimals.value(of: value), isAmount(number, amount) else { return nil }
            return SentAmount(place: place, recorded: number, amount: amount)
        }
    }

    /// What the place must hold for another amount.
    func expected(for other: Money) -> Decimal {
        recorded * Decimal(other.minorUnits) / Decimal(amount.minorUnits)
    }

    /// What the place holds in a request; nil where it is no number.
    func number(in request: HTTPRequest) -> Decimal? {
        AnswerEditor.scalar(place, in: request.body).flatMap(Decimals.value(of:))
    }

    private static func isAmount(_ number: Decimal, _ amount: Money) -> Bool {
        // Shorter numbers could mean anything.
        guard amount.minorUnits >= 100 else { return false }
        return (-amount.currency.exponent...2).contains { power in
            number == Decimal(sign: .plus, exponent: power, significand: Decimal(amount.minorUnits))
        }
    }
}

extension JSONValue {
    /// All numbers, texts and yes-or-nos with their dotted paths.
    func scalars(at path: String) -> [(String, JSONValue)] {
        func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
        switch self {
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { $0.value.scalars(at: place($0.key)) }
        case .array(let values):
            return values.enumerated().flatMap { $0.element.scalars(at: place("\($0.offset)")) }
        case .null:
            return []
        default:
            return [(path, self)]
        }
    }
}
