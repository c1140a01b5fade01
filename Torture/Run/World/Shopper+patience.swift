import Foundation
import GatewayHarness

/// A client did not come by a final answer.
struct Unsettled: Error, CustomStringConvertible {
    let description: String
}

extension HTTPAnswer {
    /// Whether repeating the call may give another answer: 202, an unavailable gateway, or the same key in flight.
    var isFinal: Bool {
        switch status {
        case 202, 429, 503: false
        case 409: self["code"].string != "idempotency_in_flight"
        default: true
        }
    }
}

extension Shopper {
    /// Sends a call again and again, as a client with an idempotency key may, until its answer is final.
    ///
    /// - Parameter pause: is waited for before every attempt.
    /// - Throws: ``Unsettled`` after `limit`.
    func settle(
        _ call: Call, within limit: Duration = recoveryLimit, pause: () async throws -> Void = {}
    ) async throws -> HTTPAnswer {
        let end = ContinuousClock.now + limit
        while true {
            try await pause()
            let last: String
            do {
                let answer = try await send(call)
                if answer.isFinal { return answer }
                last = "\(answer.status) \(answer.text)"
            } catch let error as NoAnswer {
                last = "\(error)"
            }
            guard ContinuousClock.now < end else {
                throw Unsettled(
                    description:
                        "\(call.method) \(call.path) with key \(call.key ?? "none") had no final answer within \(limit); "
                        + "the last was \(last)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Sends a call that has to succeed.
    ///
    /// - Throws: ``HarnessError`` for any other status.
    func require(_ status: Int, _ call: Call) async throws -> HTTPAnswer {
        let answer = try await send(call)
        guard answer.status == status else {
            throw HarnessError("\(call.method) \(call.path) should have answered \(status), and answered \(answer)")
        }
        return answer
    }
}
