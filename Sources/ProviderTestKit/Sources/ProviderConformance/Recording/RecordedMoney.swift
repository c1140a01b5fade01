import ProviderAPI

/// An amount as people write it, such as `99.90 USD`.
struct RecordedMoney: Codable, Sendable {
    var money: Money

    init(money: Money) {
        self.money = money
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let parts = text.split(separator: " ").map(String.init)
        guard parts.count == 2, let currency = Currency(parts[1]) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no amount such as 99.90 USD")
        }
        money = try Money(majorUnits: parts[0], currency: currency)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode("\(money)")
    }
}
