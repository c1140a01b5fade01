/// An event, with the object as it was when the event was made.
struct AcmePayEvent: Decodable, Sendable {
    enum Object: Sendable {
        case payment(AcmePayPayment)
        case refund(AcmePayRefund)
        /// A payment of which only the id can be read.
        case unreadablePayment(id: String)
        /// A refund of which only the payment's id can be read.
        case unreadableRefund(payment: String)
        /// Nothing to do with a payment.
        case unrelated
    }

    let id: String
    let type: String
    let created: Int64
    let object: Object

    private enum CodingKeys: String, CodingKey {
        case id
        case type
        case created
        case data
    }

    private struct Full: Decodable {
        let payment: AcmePayPayment?
        let refund: AcmePayRefund?
    }

    private struct Partial: Decodable {
        struct Payment: Decodable {
            let id: String
        }
        struct Refund: Decodable {
            let payment: String
        }

        let payment: Payment?
        let refund: Refund?
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        type = try container.decode(String.self, forKey: .type)
        created = try container.decode(Int64.self, forKey: .created)
        if let data = try? container.decode(Full.self, forKey: .data) {
            object = data.payment.map(Object.payment) ?? data.refund.map(Object.refund) ?? .unrelated
        } else {
            let data = try? container.decode(Partial.self, forKey: .data)
            object =
                data?.payment.map { .unreadablePayment(id: $0.id) }
                ?? data?.refund.map { .unreadableRefund(payment: $0.payment) } ?? .unrelated
        }
    }
}
