import ProviderAPI

/// The address that Paynow gives out for asking about one transaction, and the intent's id that is cut out of it.
///
/// Every example of the documentation has the form `.../Interface/CheckPayment/?guid=<guid>`
/// (https://developers.paynow.co.zw/docs/polling_status.html), so the guid is all that has to be remembered: the provider needs
/// no store of its own, and calls no address but the one in its settings, whatever a message says.
struct PollAddress: Sendable, Hashable {
    /// The intent's id.
    let guid: String

    private static let path = "/interface/checkpayment/"

    /// Nil where the address has another form.
    init?(_ url: String) {
        let parts = url.split(separator: "?", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased().hasSuffix(Self.path), parts[1].lowercased().hasPrefix("guid=") else {
            return nil
        }
        self.init(guid: String(parts[1].dropFirst("guid=".count)))
    }

    /// Nil where this cannot be a guid: an id comes from outside, and goes into an address.
    init?(guid: String) {
        let isPlain = guid.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain, (1...64).contains(guid.utf8.count) else { return nil }
        self.guid = guid
    }

    /// The address at Paynow's `base`.
    func url(at base: String) -> String { "\(base)/Interface/CheckPayment/?guid=\(guid)" }
}
