import Foundation
import ProviderAPI

/// Calls to the API: keys, repeats within the call's time, errors as outcomes.
struct FlawedClient: Sendable {
    let host: ProviderHost
    let key: String
    let base: String
    let flaw: Flaw?

    func get(_ path: String, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        var request = HTTPRequest(method: "GET", url: base + path)
        request.headers = [HTTPField("Authorization", "Bearer \(key)")]
        return try await send(request, in: call)
    }

    func post(
        _ path: String, _ body: FlawedBody, as operation: OperationIdentity, in call: CallContext
    ) async throws(ProviderError) -> HTTPResponse {
        var request = HTTPRequest(method: "POST", url: base + path)
        request.headers = [HTTPField("Authorization", "Bearer \(key)"), HTTPField("Content-Type", "application/json")]
        if flaw != .keyNotPassedOn {
            let key = operation.idempotencyKey
            request.headers.append(HTTPField("Idempotency-Key", flaw == .keyCutShort ? String(key.prefix(64)) : key))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        request.body = (try? encoder.encode(body)).map(Array.init) ?? []
        return try await send(request, in: call)
    }

    /// The object of an answer.
    ///
    /// - Parameter guess: what two of the flaws take for the answer where it cannot be read.
    func decode<Object: Decodable>(_ answer: HTTPResponse, orElse guess: Object?) throws(ProviderError) -> Object {
        if let object = try? JSONDecoder().decode(Object.self, from: Data(answer.body)) { return object }
        let text = String(decoding: answer.body, as: UTF8.self)
        let breaksOff = text.hasPrefix("{") && !text.hasSuffix("}")
        if let guess, breaksOff ? flaw == .truncatedAsSuccess : flaw == .anySuccessAsDone && !text.isEmpty { return guess }
        throw .unknown(CallFailure("the provider answered \(answer.status) with a body that makes no sense"))
    }

    private func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        var request = request
        var mayHaveBeenCarriedOut = false
        var attempt = 1
        while true {
            let failure: ProviderError
            var pause = Duration.milliseconds(200)
            do throws(ProviderError) {
                let answer = try await exchange(request, in: call)
                if (200..<300).contains(answer.status) { return answer }
                if let seconds = answer.header("retry-after").flatMap({ Int64($0) }), flaw == .obeysRetryAfter {
                    pause = .seconds(seconds)
                }
                failure = outcome(of: answer)
            } catch {
                failure = error.told(flaw)
            }
            let told = mayHaveBeenCarriedOut ? failure.afterLostAttempt(flaw) : failure
            guard failure.isWorthRepeating, attempt < 3, await wait(pause, in: call) else { throw told }
            if case .unknown = failure { mayHaveBeenCarriedOut = true }
            attempt += 1
            if flaw == .newKeyAtEachRetry, let index = request.headers.firstIndex(where: { $0.name == "Idempotency-Key" }) {
                request.headers[index].value += "-\(attempt)"
            }
        }
    }

    private func exchange(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        if flaw == .logsSecret {
            host.log.write(.info, "asking", fields: ["headers": "\(request.headers)", "request_id": call.requestID])
        }
        if flaw == .ownContext {
            return try await host.http.send(request, in: CallContext(deadline: .now + .seconds(60), requestID: "flawed"))
        }
        guard flaw == .swallowsCancellation else { return try await host.http.send(request, in: call) }
        // Nobody cancels a task that nobody keeps.
        let result = await Task { () -> Result<HTTPResponse, ProviderError> in
            do throws(ProviderError) { return .success(try await host.http.send(request, in: call)) } catch {
                return .failure(error)
            }
        }.value
        return try result.get()
    }

    private func wait(_ pause: Duration, in call: CallContext) async -> Bool {
        let isHeedless = flaw == .retriesPastDeadline || pause > .seconds(1)
        guard isHeedless || ContinuousClock.now + pause + .milliseconds(500) < call.deadline else { return false }
        return (try? await host.clock.sleep(for: pause)) != nil
    }
}
