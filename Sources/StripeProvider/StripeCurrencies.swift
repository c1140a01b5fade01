import ProviderAPI

/// How Stripe states amounts of a currency, which is not always how ISO 4217 does (https://docs.stripe.com/currencies).
struct StripeCurrency: Sendable {
    /// The currency of ISO 4217.
    let currency: Currency
    /// The decimals that Stripe counts in.
    let decimals: Int
    /// What Stripe's amount must be a multiple of.
    let multiple: Int64

    /// - Returns: nil for a currency whose decimals Stripe does not document. An amount in it could be a hundred times too much.
    init?(_ currency: Currency) {
        self.currency = currency
        switch currency.code {
        case "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF":
            (decimals, multiple) = (0, 1)
        case "ISK", "UGX":
            // They lost their minor unit, and Stripe still counts in it.
            (decimals, multiple) = (2, 100)
        case "BHD", "JOD", "KWD", "OMR", "TND":
            (decimals, multiple) = (3, 10)
        default:
            guard currency.exponent == 2 else { return nil }
            (decimals, multiple) = (2, 1)
        }
    }

    /// The amount in Stripe's units.
    ///
    /// - Throws: `rejected(invalidRequest)`, field `amount`, where Stripe's decimals or multiples exclude it. Least and greatest
    ///   amounts depend on the account: Stripe judges them.
    func amount(ofMinorUnits minorUnits: Int64) throws(ProviderError) -> Int64 {
        let money = Money(minorUnits: minorUnits, currency: currency)
        if decimals >= currency.exponent {
            guard let amount = minorUnits.scaled(up: decimals - currency.exponent) else {
                throw Self.rejection(field: "amount", "\(money) is more than Stripe's amounts can hold")
            }
            guard amount.isMultiple(of: multiple) else {
                throw Self.rejection(field: "amount", "\(money): \(rule)")
            }
            return amount
        }
        guard let amount = minorUnits.scaled(down: currency.exponent - decimals) else {
            throw Self.rejection(field: "amount", "\(money): \(rule)")
        }
        return amount
    }

    /// ISO 4217 minor units of an amount in Stripe's units; nil where they cannot state it.
    func minorUnits(ofAmount amount: Int64) -> Int64? {
        decimals >= currency.exponent
            ? amount.scaled(down: decimals - currency.exponent) : amount.scaled(up: currency.exponent - decimals)
    }

    private var rule: String {
        decimals == 0
            ? "Stripe charges \(currency) in whole units, without decimals"
            : "Stripe charges \(currency) with \(decimals) decimals of which the last must be 0"
    }

    private static func rejection(field: String, _ message: String) -> ProviderError {
        var rejection = Rejection(.invalidRequest, message: message)
        rejection.field = field
        return .rejected(rejection)
    }
}

extension StripeCurrency {
    /// `money` in Stripe's units and with Stripe's lower-case code.
    ///
    /// - Throws: `rejected(invalidRequest)` with field `amount` or `currency`.
    static func parameters(of money: Money) throws(ProviderError) -> (amount: String, currency: String) {
        guard let stripe = StripeCurrency(money.currency) else {
            throw rejection(field: "currency", "Stripe takes no payments in \(money.currency)")
        }
        return (String(try stripe.amount(ofMinorUnits: money.minorUnits)), money.currency.code.lowercased())
    }

    /// An amount as Stripe states it; nil where the currency is none of ISO 4217 or the amount has no whole minor units.
    static func money(amount: Int64, currency code: String) -> Money? {
        guard
            let currency = Currency(code), let stripe = StripeCurrency(currency),
            let minorUnits = stripe.minorUnits(ofAmount: amount)
        else { return nil }
        return Money(minorUnits: minorUnits, currency: currency)
    }
}

extension Int64 {
    /// Times 10^`places`; nil on overflow.
    fileprivate func scaled(up places: Int) -> Int64? {
        var value = self
        for _ in 0..<places {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }

    /// Divided by 10^`places`; nil where a remainder would be lost.
    fileprivate func scaled(down places: Int) -> Int64? {
        var value = self
        for _ in 0..<places {
            guard value.isMultiple(of: 10) else { return nil }
            value /= 10
        }
        return value
    }
}
