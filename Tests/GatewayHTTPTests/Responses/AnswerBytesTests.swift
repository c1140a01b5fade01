import GatewayCore
import GatewayLifecycle
import ProviderAPI
import Testing

@testable import GatewayHTTP

@Suite("An answer")
struct AnswerBytesTests {
    private let time = Timestamp(unixSeconds: 1_767_834_000)

    private var encoder: AnswerBytes {
        var stripe = ModuleInformation(displayName: "Stripe", version: "1")
        stripe.isStripe = true
        return AnswerBytes(
            registry: FixedRegistry(providers: [
                Provider(name: "main", information: stripe, digest: "", service: SilentService()),
                Provider(
                    name: "mock", information: ModuleInformation(displayName: "Mock", version: "1"), digest: "",
                    service: SilentService()),
            ])
        )
    }

    private func transaction(_ status: PaymentStatus = .succeeded, provider: String = "mock") throws -> PaymentTransaction {
        var transaction = PaymentTransaction(
            id: 3, orderID: 7, userID: "42", provider: provider, amount: try money(9990), captureMethod: .automatic,
            status: status,
            metadata: ["cart": "7"], createdAt: time, updatedAt: time
        )
        transaction.paymentIntentID = "pi_1"
        transaction.clientSecret = "pi_1_secret"
        transaction.captured = 9990
        transaction.refunded = 5
        return transaction
    }

    private func refund(_ status: Refund.Status) throws -> RefundRecord {
        RefundRecord(
            id: 1, transactionID: 3, operationID: 5, providerRefundID: "re_1", amount: try money(500), status: status,
            reason: nil,
            metadata: [:], createdAt: time, updatedAt: time
        )
    }

    private func order() throws -> Order {
        Order(
            id: 7, userID: "42", amount: try money(1250, "KWD"), status: .pending, paid: 500, refunded: 1, description: nil,
            metadata: [:], createdAt: time, updatedAt: time
        )
    }

    @Test("has the status of its kind, and the same bytes every time")
    func statuses() throws {
        let transaction = try transaction()
        let answers: [(PaymentAnswer, Int)] = [
            (.orderCreated(try order()), 201), (.intentCreated(transaction), 201), (.intentHandedOut(transaction), 200),
            (.transaction(transaction), 200), (.refund(try refund(.succeeded)), 200), (.accepted(transaction), 202),
            (.refundAccepted(try refund(.pending)), 202),
            (.failure(GatewayError(.paymentDeclined, "No.")), 402), (.failure(GatewayError(.providerRejected, "No.")), 422),
        ]
        for (answer, status) in answers {
            let stored = encoder.encode(answer, requestID: "req-1")
            #expect(stored.status == status)
            #expect(encoder.encode(answer, requestID: "req-1") == stored)
        }
    }

    @Test("that an order was made shows the order, member by member")
    func orderBytes() throws {
        let body = encoder.encode(.orderCreated(try order()), requestID: "req-1").body
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"id":7,"user_id":"42","amount":1.250,"amount_paid":0.500,"amount_refunded":0.001,"currency":"KWD","#
                + #""status":"pending","description":null,"metadata":{},"created_at":"2026-01-08T01:00:00.000Z","updated_at":"2026-01-08T01:00:00.000Z"}"#
        )
    }

    @Test("with an intent shows what the payer's browser needs, created and handed out alike")
    func intentBytes() throws {
        let transaction = try transaction(.requiresPaymentMethod)
        let created = encoder.encode(.intentCreated(transaction), requestID: "a").body
        #expect(
            String(decoding: created, as: UTF8.self)
                == #"{"client_secret":"pi_1_secret","payment_intent_id":"pi_1","amount":99.90,"currency":"USD","#
                + #""status":"requires_payment_method","provider":"mock","transaction_id":3,"review":null}"#
        )
        #expect(encoder.encode(.intentHandedOut(transaction), requestID: "b").body == created)
    }

    @Test("with an intent that is canceled or in review leaves the browser nothing to pay with")
    func intentNotToBePaid() throws {
        let canceled = try object(encoder.encode(.intentCreated(try transaction(.canceled)), requestID: "a").body)
        #expect(canceled["client_secret"] == .null)
        var reviewed = try transaction(.requiresPaymentMethod)
        reviewed.review = PaymentReview(
            Discrepancy(.amountDiffers, 9000), detail: "The intent is of 90.00 USD.", openedAt: Timestamp(unixSeconds: 0))
        let members = try object(encoder.encode(.intentHandedOut(reviewed), requestID: "a").body)
        #expect(members["client_secret"] == .null)
        #expect(members["review"]?["code"] == .string("amount_differs"))
    }

    @Test("with an intent says where to send the payer, as long as the payer has to go there")
    func intentWithAction() throws {
        var transaction = try transaction(.requiresAction)
        transaction.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://pay.example/1")
        for answer in [PaymentAnswer.intentCreated(transaction), .intentHandedOut(transaction)] {
            let body = String(decoding: encoder.encode(answer, requestID: "a").body, as: UTF8.self)
            #expect(
                body.hasSuffix(
                    #""transaction_id":3,"review":null,"next_action":{"type":"redirect_to_url","redirect_url":"https://pay.example/1"}}"#
                ))
        }
        transaction.status = .processing
        let body = encoder.encode(.intentHandedOut(transaction), requestID: "a").body
        #expect(try object(body)["next_action"] == nil)
    }

    @Test("with a transaction has every member of the contract, and never the client secret")
    func transactionMembers() throws {
        let body = encoder.encode(.transaction(try transaction()), requestID: "req-1").body
        let members = try object(body)
        #expect(
            Set(members.keys) == [
                "id", "order_id", "provider", "payment_intent_id", "stripe_payment_intent_id", "amount", "amount_captured",
                "amount_refunded", "amount_refundable",
                "currency", "status", "payment_method", "provider_customer_id", "provider_charge_id",
                "stripe_customer_id", "stripe_charge_id", "error_code",
                "decline_code",
                "error_message", "dispute", "disputes", "review", "cancellation_reason", "metadata", "next_action", "created_at",
                "updated_at",
            ]
        )
        #expect(members["amount"] == .number("99.90"))
        #expect(members["amount_refunded"] == .number("0.05"))
        #expect(members["amount_refundable"] == .number("99.85"))
        #expect(members["dispute"] == .null && members["next_action"] == .null)
        #expect(members["disputes"] == .array([]) && members["review"] == .null && members["cancellation_reason"] == .null)
        #expect(!String(decoding: body, as: UTF8.self).contains("secret"))
    }

    @Test("says what can be refunded beside reservations and disputes, and never less than nothing")
    func refundable() throws {
        func shown(reserved: Int64, disputed: Int64) throws -> JSONValue? {
            var transaction = try transaction()
            (transaction.reserved, transaction.disputed) = (reserved, disputed)
            return try object(encoder.encode(.transaction(transaction), requestID: "a").body)["amount_refundable"]
        }
        #expect(try shown(reserved: 1000, disputed: 0) == .number("89.85"))
        #expect(try shown(reserved: 1000, disputed: 985) == .number("80.00"))
        #expect(try shown(reserved: 1000, disputed: 9990) == .number("0.00"))
    }

    @Test("shows the dispute and the next action where there are such")
    func nested() throws {
        var transaction = try transaction(.requiresAction)
        transaction.dispute = Dispute(
            id: "dp_1", paymentIntentID: "pi_1", amount: try money(9990), status: "needs_response", reason: "fraudulent"
        )
        transaction.nextAction = NextAction(type: "redirect_to_url", redirectURL: "https://example.test/3ds")
        transaction.disputes = [
            DisputeRecord(
                id: 1, transactionID: 1, dispute: try #require(transaction.dispute), changedAt: Timestamp(unixSeconds: 0),
                createdAt: Timestamp(unixSeconds: 0), updatedAt: Timestamp(unixSeconds: 0))
        ]
        transaction.review = PaymentReview(
            Discrepancy(.capturedLess, 9000), detail: "The provider captured 90.00 USD.", openedAt: Timestamp(unixSeconds: 0))
        let members = try object(encoder.encode(.transaction(transaction), requestID: "req-1").body)
        let dispute = JSONValue.object([
            "id": .string("dp_1"), "status": .string("needs_response"), "amount": .number("99.90"),
            "reason": .string("fraudulent"),
        ])
        #expect(members["dispute"] == dispute)
        #expect(members["disputes"] == .array([dispute]))
        #expect(
            members["review"]
                == .object([
                    "code": .string("captured_less"), "detail": .string("The provider captured 90.00 USD."),
                    "opened_at": .string("1970-01-01T00:00:00.000Z"),
                ]))
        #expect(
            members["next_action"]
                == .object(["type": .string("redirect_to_url"), "redirect_url": .string("https://example.test/3ds")])
        )
    }

    @Test(
        "repeats the provider's ids under the guide's names only where the provider is Stripe",
        arguments: ["main": true, "mock": false, "removed": false])
    func stripeMembers(provider: String, isStripe: Bool) throws {
        var transaction = try transaction(provider: provider)
        transaction.providerCustomerID = "cus_1"
        transaction.providerChargeID = "ch_1"
        let members = try object(encoder.encode(.transaction(transaction), requestID: "req-1").body)
        let ids = ["payment_intent_id": "pi_1", "customer_id": "cus_1", "charge_id": "ch_1"]
        for (name, id) in ids {
            #expect(members["stripe_\(name)"] == (isStripe ? .string(id) : .null), "\(name)")
            #expect(members[name == "payment_intent_id" ? name : "provider_\(name)"] == .string(id), "\(name)")
        }
    }

    @Test(
        "whose outcome is not known shows the transaction as the resource in its Location does",
        arguments: PaymentStatus.allCases)
    func accepted(status: PaymentStatus) throws {
        let stored = encoder.encode(.accepted(try transaction(status)), requestID: "req-1")
        #expect(stored.status == 202)
        #expect(stored.body == encoder.encode(.transaction(try transaction(status)), requestID: "req-1").body)
    }

    @Test("with a refund whose outcome is not known says that, and nothing of the transaction")
    func acceptedRefund() throws {
        var unknown = try refund(.pending)
        unknown.providerRefundID = nil
        let stored = encoder.encode(.refundAccepted(unknown), requestID: "req-1")
        #expect(
            String(decoding: stored.body, as: UTF8.self)
                == #"{"message":"The outcome of the refund is not known yet. Its amount stays reserved.","refund_id":null,"#
                + #""amount":5.00,"currency":"USD","status":"unknown"}"#)
        // The provider's event came first; only the call's own outcome is missing.
        let shown = encoder.encode(.refundAccepted(try refund(.succeeded)), requestID: "req-1")
        #expect(try object(shown.body)["status"] == .string("succeeded"))
        #expect(try object(shown.body)["refund_id"] == .string("re_1"))
        #expect(try object(shown.body)["message"] == .string("Refund processed successfully. Refund ID: re_1"))
    }

    @Test("with the refunds of a payment calls one unknown that the provider has not shown yet, and no other")
    func listedRefunds() throws {
        let bodies = ResponseBodies(registry: FixedRegistry())
        var unknown = try refund(.pending)
        unknown.providerRefundID = nil
        let released = RefundRecord(
            id: 2, transactionID: 3, operationID: 2, providerRefundID: nil, amount: unknown.amount, status: .failed, reason: nil,
            metadata: [:], createdAt: time, updatedAt: time)
        let listed = try object(bodies.refunds([unknown, try refund(.pending), released]))
        guard case .array(let rows) = listed["data"] else {
            Issue.record("\(listed)")
            return
        }
        #expect(rows.map { $0["status"] } == [.string("unknown"), .string("pending"), .string("failed")])
    }

    @Test(
        "with a refund says how far it is, a success in the guide's words",
        arguments: [
            (Refund.Status.succeeded, "Refund processed successfully."), (.pending, "Refund is pending."),
            (.requiresAction, "Refund requires an action of the payer."), (.failed, "Refund failed."),
            (.canceled, "Refund was canceled."),
        ])
    func refundBytes(status: Refund.Status, message: String) throws {
        let body = encoder.encode(.refund(try refund(status)), requestID: "req-1").body
        #expect(
            String(decoding: body, as: UTF8.self)
                == "{\"message\":\"\(message) Refund ID: re_1\",\"refund_id\":\"re_1\",\"amount\":5.00,\"currency\":\"USD\","
                + "\"status\":\"\(status.rawValue)\"}"
        )
    }
}
