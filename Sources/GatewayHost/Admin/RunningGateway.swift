import AsyncHTTPClient
import Foundation
import GatewayCore
import GatewayHTTP
import NIOCore
import NIOHTTP1
import ProviderAPI

/// A gateway that runs, as its admin socket shows it to a command.
struct RunningGateway: OperatorActions {
    private let client: HTTPClient
    private let socket: String

    /// How long a gateway that holds the lock is waited for: at its start it takes the lock before it opens the socket.
    private static let patience = Duration.seconds(5)
    /// How long the work may take: each open operation may need a look-up and a call, 20 seconds at most each.
    private static let deadline = TimeAmount.minutes(10)
    /// The longest answer in bytes.
    private static let longestAnswer = 64 * 1024 * 1024

    /// Runs `work` with the gateway that has a database.
    ///
    /// - Parameter holder: the process that has the lock, for the message.
    /// - Throws: ``OperatorFailure`` where nothing answers; nothing was done then.
    static func perform<Value: Sendable>(
        database: String, holder: Int?, _ work: @Sendable (RunningGateway) async throws -> Value
    ) async throws -> Value {
        var configuration = HTTPClient.Configuration(timeout: .init(connect: .seconds(2)))
        configuration.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result: Result<Value, any Error>
        do {
            let gateway = RunningGateway(client: client, socket: AdminSocket.path(ofDatabase: database))
            try await gateway.waitUntilItAnswers(database: database, holder: holder)
            result = .success(try await work(gateway))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        return try result.get()
    }

    func reconcile() async throws -> ReconcileReport {
        try decoded(try await post("/reconcile", [String: String]()))
    }

    func compareNext(_ selection: AuditSelection) async throws -> AuditReport {
        struct Body: Encodable {
            var after: Int64
            var through: Int64?
            var since: String?
            var provider: String?
            var rate: Int
        }
        let body = Body(
            after: selection.after, through: selection.through, since: selection.since?.rfc3339, provider: selection.provider,
            rate: selection.rate)
        return try decoded(try await post("/audit", body))
    }

    func resolve(_ id: Int64, as resolution: Resolution, note: String, by operatorName: String) async throws {
        var fields = ["as": resolution.outcome.rawValue, "note": note, "operator": operatorName]
        fields["object"] = resolution.object
        fields["force"] = "\(resolution.isForced)"
        _ = try await post("/operations/\(id)/resolve", fields)
    }

    func resolvePayment(_ id: Int64, as resolution: ReviewResolution, note: String, by operatorName: String) async throws {
        _ = try await post(
            "/payments/\(id)/resolve", ["by": resolution.rawValue, "note": note, "operator": operatorName])
    }

    func replay(_ selection: WebhookReplay.Selection) async throws -> WebhookReplay.Report {
        var fields: [String: String] = [:]
        fields["provider"] = selection.provider
        fields["event"] = selection.eventID
        fields["state"] = selection.state?.rawValue
        fields["since"] = selection.receivedFrom?.rfc3339
        return try decoded(try await post("/webhooks/replay", fields))
    }

    func commands(of provider: String) async throws -> [ProviderCommand] {
        try decoded(try await post("/providers/commands", ["provider": provider]))
    }

    func call(_ command: String, _ arguments: [String], of provider: String) async throws -> String {
        struct Body: Encodable {
            var provider: String
            var command: String
            var arguments: [String]
        }
        let body = Body(provider: provider, command: command, arguments: arguments)
        let answer: ProviderOutput = try decoded(try await post("/providers/call", body))
        return answer.output
    }

    func erase(_ user: String, by operatorName: String) async throws -> UserErasure.Report {
        try decoded(try await post("/erase", ["user": user, "operator": operatorName]))
    }

    func reload(isForced: Bool) async throws -> [String] {
        try decoded(try await post("/providers/reload", ["force": "\(isForced)"]))
    }

    private func waitUntilItAnswers(database: String, holder: Int?) async throws {
        let process = holder.map { "the process \($0)" } ?? "another process"
        if let flaw = AdminSocket.flaw(of: socket) {
            throw OperatorFailure(
                "\(process) has the database \(database), and cannot be reached: \(flaw). Nothing was done; stop that gateway first"
            )
        }
        let end = ContinuousClock.now + Self.patience
        while true {
            do {
                _ = try await client.execute(try request("/healthz", .GET), timeout: .seconds(2))
                return
            } catch {
                guard ContinuousClock.now < end else {
                    throw OperatorFailure(
                        "\(process) has the database \(database), and does not answer at \(socket). Nothing was done. If it is a "
                            + "gateway, its log says why it has no admin socket; if it is another command, wait for its end")
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private func post(_ path: String, _ fields: some Encodable) async throws -> Data {
        var request = try request(path, .POST)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes(try JSONEncoder().encode(fields))
        let status: UInt
        let bytes: Data
        do {
            let answer = try await client.execute(request, timeout: Self.deadline)
            status = answer.status.code
            bytes = Data((try await answer.body.collect(upTo: Self.longestAnswer)).readableBytesView)
        } catch {
            throw OperatorFailure(
                "the gateway did not answer to its end; what it did is in its log and in `gateway operations`")
        }
        guard (200..<300).contains(status) else { throw Self.refusal(bytes, status: status) }
        return bytes
    }

    private func request(_ path: String, _ method: HTTPMethod) throws -> HTTPClientRequest {
        guard let url = URL(httpURLWithSocketPath: socket, uri: path) else {
            throw OperatorFailure("\(socket) cannot be the path of a socket")
        }
        var request = HTTPClientRequest(url: url.absoluteString)
        request.method = method
        return request
    }

    private func decoded<Report: Decodable>(_ bytes: Data) throws -> Report {
        do {
            return try JSONDecoder().decode(Report.self, from: bytes)
        } catch {
            throw OperatorFailure("the gateway is of another version than this command: its answer cannot be read")
        }
    }

    /// What a problem document says.
    private static func refusal(_ bytes: Data, status: UInt) -> OperatorFailure {
        struct Document: Decodable {
            struct Field: Decodable {
                var field: String
                var message: String
            }
            var detail: String
            var errors: [Field]?
        }
        guard let document = try? JSONDecoder().decode(Document.self, from: bytes) else {
            return OperatorFailure("the gateway answers \(status)")
        }
        return OperatorFailure(document.detail, fields: (document.errors ?? []).map { ($0.field, $0.message) })
    }
}
