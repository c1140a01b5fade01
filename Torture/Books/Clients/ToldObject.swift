import Foundation

/// What an answer says about one object of the books.
struct ToldObject {
    /// Which object, told from the members that only its kind has.
    enum Subject {
        case order(Int64)
        case transaction(Int64)
        /// Nil where the provider's id was not told.
        case refund(providerID: String?)
    }

    let subject: Subject
    let json: JSON

    /// The objects of a body: itself, or the elements of its `data`.
    static func all(in body: String) -> [ToldObject] {
        guard let json = JSON(parsing: body) else { return [] }
        return (json["data"]?.elements ?? [json]).compactMap(ToldObject.init)
    }

    private init?(_ json: JSON) {
        self.json = json
        if let id = json["transaction_id"]?.integer, json["client_secret"] != nil {
            subject = .transaction(id)
        } else if json["refund_id"] != nil {
            subject = .refund(providerID: json["refund_id"]?.string)
        } else if json["order_id"] != nil, let id = json["id"]?.integer {
            subject = .transaction(id)
        } else if json["user_id"] != nil, let id = json["id"]?.integer {
            subject = .order(id)
        } else {
            return nil
        }
    }

    var status: String? { json["status"]?.string }
    var currency: String? { json["currency"]?.string }

    /// An amount in minor units; nil where there is none.
    func amount(_ name: String = "amount") -> Int64? {
        guard let number = json[name]?.number, let currency else { return nil }
        var value = number
        for _ in 0..<Self.exponent(of: currency) { value *= 10 }
        return JSON.number(value).integer
    }

    /// The minor digits of ISO 4217, where they are not two.
    private static func exponent(of currency: String) -> Int {
        switch currency {
        case "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
            "XPF":
            0
        case "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND": 3
        case "CLF", "UYW": 4
        default: 2
        }
    }
}
