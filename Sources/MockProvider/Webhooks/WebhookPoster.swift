import ProviderAPI

/// Posts events to the gateway, each until it is taken or has been tried often enough.
struct WebhookPoster: Sendable {
    /// The header with the signature.
    static let signatureHeader = "Mock-Signature"

    let ledger: Ledger
    let outbox: Outbox
    let deliveries: DeliveryLog
    let secret: String
    let host: ProviderHost

    private static let attempts = 8
    private static let firstPause: Duration = .milliseconds(500)
    private static let patience: Duration = .seconds(10)
    /// How old a stale timestamp is: well past the 300 seconds that are tolerated.
    private static let staleness: Duration = .seconds(400)

    /// Empties a lane of the outbox, whenever something comes into it, until it is cancelled. What is left then is still in
    /// the outbox.
    func run(lane: Int) async {
        for await _ in outbox.bell(lane: lane).rings() {
            var waiting = outbox.takeAll(lane: lane)[...]
            while let posting = waiting.first {
                do {
                    try await post(posting)
                } catch {
                    outbox.putBack(waiting, lane: lane)
                    return
                }
                waiting.removeFirst()
                posting.followers.forEach(outbox.push)
            }
        }
    }

    /// Puts into its lane, when it is due, what a scenario delays. What is not due when it is cancelled is still in the outbox.
    func runLate() async {
        await withDiscardingTaskGroup { group in
            for await _ in outbox.lateBell.rings() {
                for posting in outbox.takeLate() {
                    group.addTask { await pushWhenDue(posting) }
                }
            }
        }
    }

    private func pushWhenDue(_ posting: Posting) async {
        let left = posting.due?.duration(since: host.clock.now()) ?? .zero
        do {
            try await host.clock.sleep(for: max(left, .zero))
            outbox.pushDue(posting)
        } catch {
            outbox.push(posting)
        }
    }

    /// - Throws: `CancellationError` before the event was taken or given up.
    private func post(_ posting: Posting) async throws(CancellationError) {
        let delivery: Delivery
        do throws(ProviderError) {
            // A reset has forgotten the payment: nobody waits for its events any more.
            guard let entry = try ledger.entry(at: posting.slice) else { return }
            guard entry.events.indices.contains(posting.event) else {
                throw .missing("event", "\(posting.event + 1) of its line")
            }
            let event = entry.events[posting.event]
            delivery = Delivery(event: event, body: StripeJSON.event(event, of: entry), treatment: entry.webhooks)
        } catch {
            // The journal was taken away under our hands, and its events with it.
            host.log.write(
                .warning, "An event of the mock can no longer be read from its journal.", fields: ["cause": error.reason])
            return
        }
        for _ in 0...delivery.treatment.duplicates {
            guard try await isTaken(delivery) else { return }
        }
        do throws(ProviderError) {
            try deliveries.add(delivery.event.id)
        } catch {
            host.log.write(
                .warning, "A delivery cannot be noted; the event will be posted again at the next start.",
                fields: ["event": delivery.event.id, "cause": error.reason]
            )
        }
    }

    /// What is posted, and how.
    private struct Delivery {
        let event: EventRecord
        let body: [UInt8]
        let treatment: WebhookTreatment
    }

    /// Tries until the event is taken. False where it is given up.
    private func isTaken(_ delivery: Delivery) async throws(CancellationError) -> Bool {
        let event = delivery.event
        for attempt in 1...Self.attempts {
            if Task.isCancelled { throw CancellationError() }
            guard let failure = await failure(of: delivery) else { return true }
            let fields = ["event": event.id, "type": event.type.rawValue, "attempt": String(attempt), "cause": failure]
            if attempt == Self.attempts {
                host.log.write(
                    .warning, "The gateway did not take an event; the mock gives it up until the next start.", fields: fields)
            } else {
                host.log.write(.debug, "The gateway did not take an event; the mock will try again.", fields: fields)
                try await pause(after: attempt)
            }
        }
        return false
    }

    /// Tries once. Nil where the event was taken, or refused as it must be.
    private func failure(of delivery: Delivery) async -> String? {
        let response: HTTPResponse
        do throws(ProviderError) {
            let call = CallContext(deadline: .now + Self.patience, requestID: delivery.event.id)
            response = try await host.http.send(request(for: delivery), in: call)
        } catch {
            return error.reason
        }
        let isTaken = (200..<300).contains(response.status)
        guard delivery.treatment.mustBeRefused else { return isTaken ? nil : "status \(response.status)" }
        if isTaken {
            host.log.write(
                .error, "The gateway took an event that it must refuse for its signature or timestamp.",
                fields: ["event": delivery.event.id, "type": delivery.event.type.rawValue])
        }
        // A broken gateway has not judged the signature; any other answer is its judgement.
        return response.status >= 500 ? "status \(response.status)" : nil
    }

    private func request(for delivery: Delivery) -> HTTPRequest {
        let treatment = delivery.treatment
        // Each attempt is signed anew, with the wall clock's time, so that a late one is not taken for a stale one.
        let time = host.clock.now().advanced(by: treatment.hasStaleTimestamp ? .zero - Self.staleness : .zero)
        let key = treatment.hasBadSignature ? "not \(secret)" : secret
        let signature = TimestampedSignature.header(body: delivery.body, secret: key, at: time)
        var request = HTTPRequest(method: "POST", url: host.webhookURL)
        request.headers = [HTTPField("Content-Type", "application/json"), HTTPField(Self.signatureHeader, signature)]
        request.body = delivery.body
        return request
    }

    /// Waits twice as long after each attempt, and up to a quarter longer by chance.
    private func pause(after attempt: Int) async throws(CancellationError) {
        let pause = Self.firstPause * (1 << (attempt - 1))
        let jitter = pause / 4 * Double(host.random.next() >> 11) / Double(1 << 53 as UInt64)
        do {
            try await host.clock.sleep(for: pause + jitter)
        } catch {
            throw CancellationError()
        }
    }
}
