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
            }
        }
    }

    /// - Throws: `CancellationError` before the event was taken or given up.
    private func post(_ posting: Posting) async throws(CancellationError) {
        let event: EventRecord
        let body: [UInt8]
        do throws(ProviderError) {
            let entry = try ledger.entry(at: posting.slice)
            guard entry.events.indices.contains(posting.event) else {
                throw .missing("event", "\(posting.event + 1) of its line")
            }
            event = entry.events[posting.event]
            body = StripeJSON.event(event, of: entry)
        } catch {
            // The journal was taken away under our hands, and its events with it.
            host.log.write(
                .warning, "An event of the mock can no longer be read from its journal.", fields: ["cause": error.reason])
            return
        }
        for attempt in 1...Self.attempts {
            if Task.isCancelled { throw CancellationError() }
            guard let failure = await failure(of: event, body) else { return }
            let fields = ["event": event.id, "type": event.type.rawValue, "attempt": String(attempt), "cause": failure]
            if attempt == Self.attempts {
                host.log.write(
                    .warning, "The gateway did not take an event; the mock gives it up until the next start.", fields: fields)
            } else {
                host.log.write(.debug, "The gateway did not take an event; the mock will try again.", fields: fields)
                try await pause(after: attempt)
            }
        }
    }

    /// Tries once. Nil where the event was taken.
    private func failure(of event: EventRecord, _ body: [UInt8]) async -> String? {
        var request = HTTPRequest(method: "POST", url: host.webhookURL)
        // Each attempt is signed anew, with the wall clock's time, so that a late one is not taken for a stale one.
        let signature = TimestampedSignature.header(body: body, secret: secret, at: host.clock.now())
        request.headers = [HTTPField("Content-Type", "application/json"), HTTPField(Self.signatureHeader, signature)]
        request.body = body
        do throws(ProviderError) {
            let call = CallContext(deadline: .now + Self.patience, requestID: event.id)
            let response = try await host.http.send(request, in: call)
            guard (200..<300).contains(response.status) else { return "status \(response.status)" }
        } catch {
            return error.reason
        }
        do throws(ProviderError) {
            try deliveries.add(event.id)
        } catch {
            host.log.write(
                .warning, "A delivery cannot be noted; the event will be posted again at the next start.",
                fields: ["event": event.id, "cause": error.reason]
            )
        }
        return nil
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
