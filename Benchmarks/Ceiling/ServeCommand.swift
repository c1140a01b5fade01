import ArgumentParser
import Foundation
import Hummingbird
import JWTKit
import Logging

/// `ceiling serve`: bare Hummingbird routes, with the framework's own router and JSON.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answers create-payment-intent and webhooks without doing anything for them.",
        discussion: "CEILING_TOKEN_SECRET verifies the tokens (HS256), CEILING_WEBHOOK_SECRET the webhooks. Ends at SIGTERM."
    )

    @Option(name: .long, help: "The port on 127.0.0.1.")
    var port: Int

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        guard let tokenSecret = environment["CEILING_TOKEN_SECRET"], let webhookSecret = environment["CEILING_WEBHOOK_SECRET"]
        else {
            throw ValidationError("CEILING_TOKEN_SECRET and CEILING_WEBHOOK_SECRET have to be set.")
        }
        let keys = JWTKeyCollection()
        await keys.add(hmac: HMACKey(from: tokenSecret), digestAlgorithm: .sha256)
        let routes = BareRoutes(keys: keys, webhookSecret: webhookSecret)
        let router = Router()
        router.get("readyz") { _, _ in HTTPResponse.Status.ok }
        router.post("api/v1/payments/create-payment-intent", use: routes.createPaymentIntent)
        router.post("api/v1/payments/webhooks/mock", use: routes.webhook)
        var logger = Logger(label: "ceiling")
        logger.logLevel = .warning
        let application = Application(
            router: router, configuration: .init(address: .hostname("127.0.0.1", port: port), reuseAddress: true), logger: logger
        )
        try await application.runService()
    }
}
