package import ProviderAPI

extension Money.ParseError {
    /// What is wrong with an amount, for the client who wrote it.
    package func explanation(for currency: Currency) -> String {
        switch self {
        case .notANumber: return "It must be a decimal number in major units, such as 99.99."
        case .notPositive: return "It must be greater than zero."
        case .tooManyDecimals:
            return currency.exponent == 0
                ? "\(currency.code) has no decimals." : "\(currency.code) has at most \(currency.exponent) decimals."
        case .tooLarge:
            return "It must be at most \(Money(minorUnits: Money.maximumMinorUnits, currency: currency).majorUnits)."
        @unknown default: return "It is not an amount."
        }
    }
}
