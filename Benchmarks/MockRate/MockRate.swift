import Foundation
import MockProvider
import ProviderAPI
import ProviderConformance

/// How many calls a second the mock provider answers by itself, with its journal in a folder of its own: it must bound no benchmark of
/// the gateway.
///
///     swift run --configuration release --scratch-path .build-release mock-rate [COUNT]
///
/// It is the time of COUNT calls (50,000 by default) of each kind from one task, and from 64 tasks at once. Rates hold for the machine and the
/// hour.
@main
struct MockRate {
    private static let call = CallContext(deadline: .now + .seconds(3600), requestID: "rate")

    private let service: any PaymentService
    private let count: Int

    static func main() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "mock-rate-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let count = CommandLine.arguments.dropFirst().first.flatMap(Int.init) ?? 50_000
        for tasks in [1, 64] {
            let settings: [String: SettingValue] = [
                "journal": .string(folder.appending(path: "\(tasks).jsonl").path), "webhook_secret": .string("secret"),
                "webhooks": .bool(false),
            ]
            let service = try await MockModule().makeService(host: .testing(settings: settings, clock: SystemClock()))
            try await MockRate(service: service, count: count).run(tasks: tasks)
        }
    }

    private func run(tasks: Int) async throws {
        guard let currency = Currency("USD") else { return }
        let amount = Money(minorUnits: 2000, currency: currency)
        let intents = try await measure("create", tasks) { number in
            let request = CreatePaymentIntentRequest(amount: amount, orderID: Int64(number), userID: "42")
            return try await service.createPaymentIntent(request, as: .testing("create-\(number)"), in: Self.call).id
        }
        _ = try await measure("confirm", tasks) { number in
            var request = ConfirmPaymentRequest(paymentIntentID: intents[number])
            request.paymentMethod = "pm_card_visa"
            return try await service.confirmPayment(request, as: .testing("confirm-\(number)"), in: Self.call).id
        }
        _ = try await measure("refund", tasks) { number in
            let request = CreateRefundRequest(
                paymentIntentID: intents[number], amount: Money(minorUnits: 1, currency: currency))
            return try await service.createRefund(request, as: .testing("refund-\(number)"), in: Self.call).id
        }
        _ = try await measure("retrieve", tasks) { number in
            try await service.retrievePaymentIntent(intents[number], in: Self.call).id
        }
    }

    /// Makes `count` calls from so many tasks at once, prints their rate, and returns what they returned.
    private func measure(
        _ kind: String, _ tasks: Int, _ call: @escaping @Sendable (Int) async throws -> String
    ) async throws -> [String] {
        let started = ContinuousClock.now
        let count = count
        let results = try await withThrowingTaskGroup(of: [(Int, String)].self) { group in
            for task in 0..<tasks {
                group.addTask {
                    var results: [(Int, String)] = []
                    for number in stride(from: task, to: count, by: tasks) { results.append((number, try await call(number))) }
                    return results
                }
            }
            return try await group.reduce(into: [String](repeating: "", count: count)) { all, some in
                for (number, result) in some { all[number] = result }
            }
        }
        let rate = Double(count) / ((ContinuousClock.now - started) / .seconds(1))
        print("\(kind): \(Int(rate)) calls/s from \(tasks) \(tasks == 1 ? "task" : "tasks")")
        return results
    }

    private struct SystemClock: ProviderClock {
        func now() -> Timestamp { Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
        func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
    }
}
