/// An amount of US dollars, in cents.
struct Amount: Sendable, Hashable {
    /// The cents.
    let cents: Int

    /// A JSON literal, which is a query's value too.
    var literal: String {
        let rest = cents % 100
        return "\(cents / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// Between one and a thousand dollars.
    static func random(using random: inout SplitMix64) -> Amount {
        Amount(cents: .random(in: 100...100_000, using: &random))
    }
}
