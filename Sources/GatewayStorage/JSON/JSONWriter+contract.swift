import GatewayCore
import ProviderAPI

extension JSONWriter {
    /// A case with one value, as `Codable` writes it.
    mutating func payload<Value>(_ name: StaticString, _ value: Value, _ members: (inout JSONWriter, Value) -> Void) {
        object(name, value) { $0.object("_0", $1, members) }
    }

    /// Pairs, where there are any.
    mutating func strings(_ name: StaticString, ifAny pairs: [String: String]?) {
        if let pairs { strings(name, pairs) }
    }

    /// An amount in minor units.
    mutating func money(_ name: StaticString, _ money: Money) {
        object(name, money) { json, money in
            json.string("currency", money.currency.code)
            json.integer("minorUnits", money.minorUnits)
        }
    }
}
