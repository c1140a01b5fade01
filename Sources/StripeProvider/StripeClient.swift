import Foundation
import ProviderAPI

/// Stripe's answer: an object, and the request it came by.
struct StripeAnswer<Object: Sendable>: Sendable {
    let object: Object
    let requestID: String?
    /// Stripe's clock when it answered.
    var date: Timestamp?
}

/// Calls to Stripe's API: the headers of each, retries under one key within the call's time, errors as outcomes.
struct StripeClient: Sendable {
    private let settings: StripeSettings
    private let host: ProviderHost
    private let errors: StripeErrors
    private let redaction: Redaction

    private static let attempts = 3
    /// What a call needs at least; with less left another attempt would only run into the deadline.
    private static let leastTime: Duration = .seconds(1)

    init(settings: StripeSettings, host: ProviderHost, errors: StripeErrors, redaction: Redaction) {
        self.settings = settings
        self.host = host
        self.errors = errors
        self.redaction = redaction
    }

    /// Asks for an object.
    func get<Object: Decodable & Sendable>(
        _ path: String, _ query: Form = Form(), as type: Object.Type = Object.self, in call: CallContext
    ) async throws(ProviderError) -> StripeAnswer<Object> {
        let query = query.encoded
        var request = HTTPRequest(method: "GET", url: settings.apiBase + path + (query.isEmpty ? "" : "?\(query)"))
        request.headers = commonHeaders
        return try await send(request, path: path, mutates: false, in: call)
    }

    /// Changes something, under an idempotency key.
    func post<Object: Decodable & Sendable>(
        _ path: String, _ form: Form, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> StripeAnswer<Object> {
        var request = HTTPRequest(method: "POST", url: settings.apiBase + path)
        request.headers =
            commonHeaders + [
                HTTPField("Content-Type", "application/x-www-form-urlencoded"),
                HTTPField("Idempotency-Key", operation.idempotencyKey),
            ]
        request.body = Array(form.encoded.utf8)
        return try await send(request, path: path, mutates: true, in: call)
    }

    /// Reads a list page by page, newest first, until `isLast` says enough, the list ends, or `pages` have been read.
    func list<Element: StripeObject>(
        _ path: String, _ query: Form, pages: Int = .max, in call: CallContext, until isLast: (Element) -> Bool = { _ in false }
    ) async throws(ProviderError) -> [StripeAnswer<Element>] {
        var all: [StripeAnswer<Element>] = []
        for _ in 0..<pages {
            let page: StripeAnswer<StripeList<Element>> = try await page(path, query, after: all.last?.object.id, in: call)
            all += page.object.data.map { StripeAnswer(object: $0, requestID: page.requestID) }
            if page.object.hasMore != true || page.object.data.contains(where: isLast) { break }
        }
        return all
    }

    /// Reads one page of a list, newest first: the first one, or the one after an element.
    func page<Element: StripeObject>(
        _ path: String, _ query: Form, after last: String?, in call: CallContext
    ) async throws(ProviderError) -> StripeAnswer<StripeList<Element>> {
        var query = query
        query.add("limit", "100")
        query.add("starting_after", last)
        let page = try await get(path, query, as: StripeList<Element>.self, in: call)
        guard page.object.hasMore != true || !page.object.data.isEmpty else {
            throw .senseless("Stripe answered with an empty page that more should follow", requestID: page.requestID)
        }
        return page
    }

    private var commonHeaders: [HTTPField] {
        var headers = [
            HTTPField("Authorization", "Bearer \(settings.secretKey)"),
            HTTPField("Stripe-Version", settings.apiVersion),
            HTTPField("User-Agent", "payment-gateway StripeProvider/\(StripeModule.version)"),
            HTTPField("Accept", "application/json"),
        ]
        if let account = settings.account {
            headers.append(HTTPField("Stripe-Account", account))
        }
        return headers
    }
}

extension StripeClient {
    /// Sends until there is an answer, a definite outcome, or no attempt or time left.
    private func send<Object: Decodable & Sendable>(
        _ request: HTTPRequest, path: String, mutates: Bool, in call: CallContext
    ) async throws(ProviderError) -> StripeAnswer<Object> {
        var mayHaveBeenCarriedOut = false
        var attempt = 1
        while true {
            let failure: StripeFailure
            switch await outcome(of: request, path: path, attempt: attempt, in: call) {
            case .success(let response): return try decode(response)
            case .failure(let attempted): failure = attempted
            }
            let error = mayHaveBeenCarriedOut ? failure.errorAfterLostAnswer : failure.error
            guard failure.isWorthRetrying, attempt < Self.attempts,
                await pause(after: attempt, atLeast: failure.retryAfter, in: call)
            else { throw error }
            if mutates, case .unknown = failure.error { mayHaveBeenCarriedOut = true }
            attempt += 1
        }
    }

    private enum Outcome {
        case success(HTTPResponse)
        case failure(StripeFailure)
    }

    private func outcome(of request: HTTPRequest, path: String, attempt: Int, in call: CallContext) async -> Outcome {
        var fields = [
            "method": request.method, "path": redaction(path), "attempt": String(attempt), "request_id": call.requestID,
        ]
        do throws(ProviderError) {
            let response = try await host.http.send(request, in: call)
            fields["status"] = String(response.status)
            fields["stripe_request_id"] = response.header("request-id")
            host.log.write(.info, "Stripe answered", fields: fields)
            if (200..<300).contains(response.status) { return .success(response) }
            return .failure(errors.failure(of: response, at: host.clock.now()))
        } catch {
            host.log.write(.warning, "Stripe could not be asked, or its answer was lost", fields: fields)
            return .failure(StripeFailure(error: error, isWorthRetrying: true))
        }
    }

    /// Waits before the next attempt, twice as long each time, with jitter: half of the time is left to chance, so that callers
    /// who failed together do not come back together.
    ///
    /// - Returns: false where the call's time does not allow another attempt.
    private func pause(after attempt: Int, atLeast retryAfter: Duration?, in call: CallContext) async -> Bool {
        let half = Int64(250) << Int64(attempt - 1)
        let backoff: Duration = .milliseconds(half + Int64(host.random.next() % UInt64(half + 1)))
        let delay = max(backoff, retryAfter ?? .zero)
        guard ContinuousClock.now + delay + Self.leastTime < call.deadline else { return false }
        do {
            try await host.clock.sleep(for: delay)
            return true
        } catch {
            return false
        }
    }

    /// - Throws: `unknown` for what cannot be read. What JSONDecoder says is left out, since it may quote the answer.
    private func decode<Object: Decodable & Sendable>(_ response: HTTPResponse) throws(ProviderError) -> StripeAnswer<Object> {
        let requestID = response.header("request-id")
        do {
            return StripeAnswer(
                object: try JSONDecoder().decode(Object.self, from: Data(response.body)), requestID: requestID,
                date: response.header("date").flatMap { Timestamp(httpDate: $0, now: host.clock.now()) })
        } catch {
            throw .senseless("Stripe answered \(response.status) with a body that makes no sense", requestID: requestID)
        }
    }
}
