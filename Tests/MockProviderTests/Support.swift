import Foundation
import MockProvider
import ProviderAPI
import ProviderTestKit
import Synchronization
import Testing

/// A folder of its own for one test, gone with it.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "mock-provider-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path()
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A file's text.
    func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
    }

    /// The journal's lines as JSON objects.
    func journal() throws -> [[String: Any]] {
        try text("journal.jsonl").split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    /// Appends text to a file.
    func append(_ text: String, to name: String) throws {
        let handle = try #require(FileHandle(forWritingAtPath: "\(path)/\(name)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
    }
}

/// A mock on `folder/journal.jsonl`, with everything injected. A second one on the same folder is what a restart makes.
func makeMock(
    in folder: TemporaryFolder, name: String = "mock", settings: [String: SettingValue] = [:],
    http: any HTTPTransport = ScriptedTransport([]),
    log: any ProviderLog = RecordingLog(), clock: any ProviderClock = ManualClock()
) async throws -> any PaymentService {
    try await makeMock(at: folder.path, name: name, settings: settings, http: http, log: log, clock: clock)
}

/// A mock on `path/journal.jsonl`.
func makeMock(
    at path: String, name: String = "mock", settings: [String: SettingValue] = [:],
    http: any HTTPTransport = ScriptedTransport([]),
    log: any ProviderLog = RecordingLog(), clock: any ProviderClock = ManualClock()
) async throws -> any PaymentService {
    let all = ["webhook_secret": .string("whsec_test"), "journal": .string("journal.jsonl"), "seed": .integer(7)]
        .merging(settings) { $1 }
    let host = ProviderHost.testing(name: name, settings: all, http: http, log: log, clock: clock, baseDirectory: path)
    return try await MockModule().makeService(host: host)
}

/// A gateway that takes every webhook, but for the first few.
final class GatewayDouble: HTTPTransport {
    private struct State {
        var refusals: Int
        var requests: [HTTPRequest] = []
        var taken: [HTTPRequest] = []
    }

    private let state: Mutex<State>

    /// A gateway that answers 503 to the first requests.
    init(refusing refusals: Int = 0) {
        state = Mutex(State(refusals: refusals))
    }

    var requests: [HTTPRequest] { state.withLock { $0.requests } }
    /// Those answered 200.
    var taken: [HTTPRequest] { state.withLock { $0.taken } }

    func send(_ request: HTTPRequest, in call: CallContext) async throws(ProviderError) -> HTTPResponse {
        state.withLock { state in
            state.requests.append(request)
            if state.refusals > 0 {
                state.refusals -= 1
                return HTTPResponse(status: 503)
            }
            state.taken.append(request)
            return HTTPResponse(status: 200)
        }
    }
}

/// Runs the mock's background work while `body` runs.
func whileRunning<Result: Sendable>(
    _ service: any PaymentService, _ body: @Sendable () async throws -> Result
) async throws -> Result {
    let background = Task { try await service.run() }
    defer { background.cancel() }
    return try await body()
}

/// Waits until the condition holds, and takes it for a hang where it does not within five minutes.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(300)
    while ContinuousClock.now < limit {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(2))
    }
    Issue.record(what)
}

let usd = Currency("USD")
/// A call that has just begun: of one that all tests shared the deadline would be over at some time.
var call: CallContext { .testing() }

/// The flows in one line each.
extension PaymentService {
    func create(
        _ minorUnits: Int64 = 5000, currency: String = "USD", capture: CaptureMethod = .automatic, test: String? = nil,
        as operation: String = "create"
    ) async throws -> PaymentIntent {
        var request = CreatePaymentIntentRequest(
            amount: Money(minorUnits: minorUnits, currency: try #require(Currency(currency))), orderID: 17, userID: "42"
        )
        request.captureMethod = capture
        if let test { request.metadata["test_id"] = test }
        return try await createPaymentIntent(request, as: .testing(operation), in: call)
    }

    func confirm(
        _ id: String, with token: String? = "pm_card_visa", as operation: String = "confirm"
    ) async throws -> PaymentIntent {
        var request = ConfirmPaymentRequest(paymentIntentID: id)
        request.paymentMethod = token
        return try await confirmPayment(request, as: .testing(operation), in: call)
    }

    /// Creates and confirms.
    func pay(
        _ minorUnits: Int64 = 5000, with token: String = "pm_card_visa", test: String? = nil, as operation: String = "pay"
    ) async throws -> PaymentIntent {
        let intent = try await create(minorUnits, test: test, as: "\(operation)-create")
        return try await confirm(intent.id, with: token, as: "\(operation)-confirm")
    }

    func capture(_ intent: PaymentIntent, _ minorUnits: Int64, as operation: String = "capture") async throws -> PaymentIntent {
        let amount = Money(minorUnits: minorUnits, currency: intent.amount.currency)
        return try await capturePayment(
            CapturePaymentRequest(paymentIntentID: intent.id, amount: amount), as: .testing(operation), in: call
        )
    }

    func cancel(_ id: String, reason: String? = nil, as operation: String = "cancel") async throws -> PaymentIntent {
        var request = CancelPaymentRequest(paymentIntentID: id)
        request.reason = reason
        return try await cancelPayment(request, as: .testing(operation), in: call)
    }

    func refund(
        _ intent: PaymentIntent, _ minorUnits: Int64, reason: String? = nil, as operation: String = "refund"
    ) async throws -> Refund {
        let amount = Money(minorUnits: minorUnits, currency: intent.amount.currency)
        var request = CreateRefundRequest(paymentIntentID: intent.id, amount: amount)
        request.reason = reason
        return try await createRefund(request, as: .testing(operation), in: call)
    }

    func retrieve(_ id: String) async throws -> PaymentIntent {
        try await retrievePaymentIntent(id, in: call)
    }
}

/// The rejection that the call throws.
func rejection(
    _ body: () async throws -> some Sendable, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> Rejection {
    let error = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { _ = try await body() }
    guard case .rejected(let rejection) = error else {
        throw error ?? .unknown(CallFailure("nothing was thrown"))
    }
    return rejection
}

/// The decline that the call throws.
func decline(_ body: () async throws -> some Sendable, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Decline
{
    let error = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { _ = try await body() }
    guard case .declined(let decline) = error else {
        throw error ?? .unknown(CallFailure("nothing was thrown"))
    }
    return decline
}
