import Foundation
import HTTPTypes
import Hummingbird
import JWTKit
import ProviderAPI

/// Routes that check what the gateway checks of a caller, read and write the same JSON, and do nothing in between.
struct BareRoutes: Sendable {
    let keys: JWTKeyCollection
    let webhookSecret: String

    private static let maximumBody = 256 * 1024

    /// What a token claims; the same as the gateway reads of it.
    private struct Claims: JWTPayload {
        let sub: SubjectClaim
        let exp: ExpirationClaim
        let role: String?

        func verify(using algorithm: some JWTAlgorithm) async throws {
            try exp.verifyNotExpired()
        }
    }

    /// What create-payment-intent is asked. The amount is a `Double`: nothing is booked here, and it is the fastest that gives the
    /// same bytes.
    private struct Command: Decodable {
        let orderID: Int64
        let amount: Double
        let currency: String

        private enum CodingKeys: String, CodingKey {
            case orderID = "order_id"
            case amount, currency
        }
    }

    /// What create-payment-intent answers.
    private struct Answer: ResponseEncodable {
        let clientSecret: String
        let paymentIntentID: String
        let amount: Double
        let currency: String
        let status: String
        let provider: String
        let transactionID: Int64

        private enum CodingKeys: String, CodingKey {
            case clientSecret = "client_secret"
            case paymentIntentID = "payment_intent_id"
            case amount, currency, status, provider
            case transactionID = "transaction_id"
        }
    }

    /// What a webhook is answered.
    private struct Receipt: ResponseEncodable {
        let received: Bool
    }

    /// Verifies the token, reads the body, answers as the gateway would.
    @Sendable
    func createPaymentIntent(_ request: Request, context: some RequestContext) async throws -> Response {
        guard let authorization = request.headers[.authorization], authorization.hasPrefix("Bearer ") else {
            throw HTTPError(.unauthorized)
        }
        do {
            _ = try await keys.verify(String(authorization.dropFirst("Bearer ".count)), as: Claims.self)
        } catch {
            throw HTTPError(.unauthorized)
        }
        let command = try await request.decode(as: Command.self, context: context)
        let answer = Answer(
            clientSecret: "pi_mock_000000010063p7dhp6rmn_secret_2km6kacwsk9zz2i8wafo7ctxux",
            paymentIntentID: "pi_mock_000000010063p7dhp6rmn",
            amount: command.amount, currency: command.currency, status: "requires_payment_method", provider: "mock",
            transactionID: command.orderID
        )
        var response = try answer.response(from: request, context: context)
        response.status = .created
        return response
    }

    /// Checks the signature over the raw body as the mock provider does, and acknowledges.
    @Sendable
    func webhook(_ request: Request, context: some RequestContext) async throws -> Response {
        let body = try await request.body.collect(upTo: Self.maximumBody)
        guard let name = HTTPTypes.HTTPField.Name("Mock-Signature") else { throw HTTPError(.internalServerError) }
        do throws(ProviderError) {
            try TimestampedSignature.verify(
                request.headers[name], named: "Mock-Signature", body: Array(body.readableBytesView), secrets: [webhookSecret],
                now: Timestamp(unixMilliseconds: Int64(Date().timeIntervalSince1970 * 1000))
            )
        } catch {
            throw HTTPError(.badRequest)
        }
        return try Receipt(received: true).response(from: request, context: context)
    }
}
