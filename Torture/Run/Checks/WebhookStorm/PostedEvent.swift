import Foundation
import GatewayHarness

/// An event of the mock's journal, as the webhook that the mock would have posted.
struct PostedEvent: Sendable {
    /// The event's id.
    let id: String
    /// The event's type.
    let type: String
    /// Signed when the world's payments were done; that is less than the 300 seconds ago that are tolerated.
    let call: Call

    /// All events of a line of the journal.
    static func all(of effect: JSONText) -> [PostedEvent] {
        effect["events"].elements.compactMap { event in
            guard let id = event["id"].string, let type = event["type"].string else { return nil }
            return PostedEvent(id: id, type: type, of: effect)
        }
    }

    private init(id: String, type: String, of effect: JSONText) {
        self.id = id
        self.type = type
        var webhook = Webhook(type, intent: "", id: id)
        let created = effect["time"].string.flatMap {
            try? Date($0, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        }
        webhook.body = """
            {"id":"\(id)","object":"event","type":"\(type)","created":\(Int((created ?? Date()).timeIntervalSince1970)),"livemode":false,\
            "data":{"object":\(Self.object(of: type, in: effect))}}
            """
        call = Call(
            path: "/payments/webhooks/mock", body: webhook.body, headers: [(name: "Mock-Signature", value: webhook.signature)])
    }

    /// What the event shows: only members that a reader of the mock's events looks at.
    private static func object(of type: String, in effect: JSONText) -> String {
        let intent = effect["payment_intent"]
        let refund = effect["refund"]
        let members: [String]
        switch type.prefix(while: { $0 != "." }) {
        case "refund":
            members = [
                #""object":"refund""#, member("id", refund["id"]), member("payment_intent", refund["payment_intent"]),
                member("charge", refund["charge"]), member("status", refund["status"]), member("amount", refund["amount"]),
                currency(refund), member("metadata", refund["metadata"]), member("reason", refund["reason"]),
            ]
        case "charge":
            members = [
                #""object":"charge""#, member("id", intent["charge"]), member("payment_intent", intent["id"]),
                member("amount", intent["amount"]), currency(intent), #""status":"succeeded""#,
            ]
        default:
            members = [
                #""object":"payment_intent""#, member("id", intent["id"]), member("status", intent["status"]),
                member("amount", intent["amount"]), member("amount_received", intent["amount_captured"]), currency(intent),
                member("capture_method", intent["capture_method"]), member("client_secret", intent["client_secret"]),
                member("latest_charge", intent["charge"]), member("customer", intent["customer"]),
                member("last_payment_error", intent["last_error"]), member("payment_method", intent["payment_method"]),
                #""payment_method_types":["card"]"#, member("metadata", intent["metadata"]), nextAction(of: intent),
            ]
        }
        return "{\(members.joined(separator: ","))}"
    }

    private static func member(_ name: String, _ value: JSONText) -> String { "\"\(name)\":\(literal(value))" }

    private static func currency(_ object: JSONText) -> String {
        member("currency", .string(object["currency"].string?.lowercased() ?? "usd"))
    }

    private static func nextAction(of intent: JSONText) -> String {
        let url = intent["challenge"]["url"]
        guard url != .null else { return #""next_action":null"# }
        return #""next_action":{"type":"redirect_to_url","redirect_to_url":{\#(member("url", url))}}"#
    }

    /// A value of the journal again as JSON. Its texts need no more escapes than these two.
    private static func literal(_ value: JSONText) -> String {
        switch value {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let literal): literal
        case .string(let text): "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
        case .array(let elements): "[\(elements.map(literal).joined(separator: ","))]"
        case .object(let members): "{\(members.map { "\"\($0)\":\(literal($1))" }.joined(separator: ","))}"
        }
    }
}
