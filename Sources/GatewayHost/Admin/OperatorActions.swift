import GatewayCore
import GatewayHTTP
import ProviderAPI

/// What an operator's commands change: by a running gateway, or by the command itself while none runs.
protocol OperatorActions: Sendable {
    /// Looks at everything that is open.
    func reconcile() async throws -> ReconcileReport
    /// Compares the next payments of a selection with their providers.
    func compareNext(_ selection: AuditSelection) async throws -> AuditReport
    /// Ends an operation by hand.
    func resolve(_ id: Int64, as resolution: Resolution, note: String, by operatorName: String) async throws
    /// Closes the open discrepancy of a payment.
    func resolvePayment(_ id: Int64, as resolution: ReviewResolution, note: String, by operatorName: String) async throws
    /// Applies stored webhooks once more.
    func replay(_ selection: WebhookReplay.Selection) async throws -> WebhookReplay.Report
    /// The commands that a provider offers.
    func commands(of provider: String) async throws -> [ProviderCommand]
    /// Runs one of them, and returns what it prints.
    func call(_ command: String, _ arguments: [String], of provider: String) async throws -> String
    /// Blanks a user's personal data.
    func erase(_ user: String, by operatorName: String) async throws -> UserErasure.Report
    /// Reads providers.yaml again, and returns the names of the providers in use afterwards.
    ///
    /// - Parameter isForced: whether providers that payments need may be dropped.
    func reload(isForced: Bool) async throws -> [String]
}

extension GatewayServices: OperatorActions {
    func reconcile() async throws -> ReconcileReport { try await recovery.reconcile() }

    func compareNext(_ selection: AuditSelection) async throws -> AuditReport { try await audit.compareNext(selection) }

    func resolve(_ id: Int64, as resolution: Resolution, note: String, by operatorName: String) async throws {
        _ = try await desk.resolve(id, as: resolution, note: note, by: operatorName)
    }

    func resolvePayment(_ id: Int64, as resolution: ReviewResolution, note: String, by operatorName: String) async throws {
        _ = try await desk.resolvePayment(id, as: resolution, note: note, by: operatorName)
    }

    func replay(_ selection: WebhookReplay.Selection) async throws -> WebhookReplay.Report {
        try await replay.replay(selection)
    }

    func commands(of provider: String) async throws -> [ProviderCommand] { try providers.commands(of: provider) }

    func call(_ command: String, _ arguments: [String], of provider: String) async throws -> String {
        try await providers.call(command, arguments, of: provider)
    }

    func erase(_ user: String, by operatorName: String) async throws -> UserErasure.Report {
        try await erasure.erase(user, by: operatorName)
    }

    /// What runs here is a command, which read providers.yaml a moment ago.
    func reload(isForced: Bool) async throws -> [String] {
        throw OperatorFailure("no gateway runs on this database; the next start reads providers.yaml")
    }

    /// The same for the admin socket.
    func adminRoutes(reload: @escaping @Sendable (_ isForced: Bool) async throws -> Void) -> AdminRoutes {
        AdminRoutes(
            recovery: recovery, desk: desk, webhooks: replay, providers: providers, erasure: erasure, audit: audit,
            reload: reload)
    }
}
