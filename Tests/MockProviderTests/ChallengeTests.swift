import ProviderAPI
import ProviderTestKit
import Testing

@Suite("A 3-D Secure challenge")
struct ChallengeTests {
    private let pages = "http://127.0.0.1:8080/providers/test/pages"

    private func challenged(
        _ mock: any PaymentService, returnURL: String? = nil
    ) async throws -> (intent: PaymentIntent, path: String) {
        let intent = try await mock.create()
        var request = ConfirmPaymentRequest(paymentIntentID: intent.id)
        request.paymentMethod = "pm_card_threeDSecure2Required"
        request.returnURL = returnURL
        let waiting = try await mock.confirmPayment(request, as: .testing("confirm"), in: call)
        let url = try #require(waiting.nextAction?.redirectURL)
        try #require(url.hasPrefix(pages))
        return (waiting, String(url.dropFirst(pages.count)))
    }

    private func answer(_ mock: any PaymentService, _ path: String, _ form: String) async throws -> PageResponse {
        try await mock.servePage(PageRequest(method: "POST", path: path, body: Array(form.utf8)), in: call)
    }

    @Test("shows a page, and approving it pays")
    func approve() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        let (waiting, path) = try await challenged(mock)
        #expect(waiting.status == .requiresAction && waiting.nextAction?.type == "redirect_to_url")
        let page = try await mock.servePage(PageRequest(method: "GET", path: path), in: call)
        #expect(page.status == 200 && page.contentType == "text/html; charset=utf-8")
        #expect(String(decoding: page.body, as: UTF8.self).contains("50.00 USD"))

        #expect(try await answer(mock, path, "outcome=approve").status == 200)
        let paid = try await mock.retrieve(waiting.id)
        #expect(paid.status == .succeeded && paid.nextAction == nil && paid.amountCaptured == 5000)
        #expect(try await answer(mock, path, "outcome=decline").status == 404)
        #expect(try await mock.retrieve(waiting.id) == paid)
    }

    @Test("that is declined fails the payment and sends the payer back to the shop")
    func decline() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        let (waiting, path) = try await challenged(mock, returnURL: "https://shop.example/done?a=1")
        let response = try await answer(mock, path, "outcome=decline")
        #expect(response.status == 303)
        #expect(
            response.headers.value(of: "Location")
                == "https://shop.example/done?a=1&payment_intent=\(waiting.id)&redirect_status=failed"
        )
        let intent = try await mock.retrieve(waiting.id)
        #expect(intent.status == .requiresPaymentMethod && intent.lastError?.code == "payment_intent_authentication_failure")
    }

    @Test("that the payer leaves without an answer stays, and changes nothing")
    func giveUp() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        let (waiting, path) = try await challenged(mock, returnURL: "https://shop.example/done")
        let lines = try folder.journal().count
        let response = try await answer(mock, path, "outcome=give_up")
        #expect(response.status == 303)
        #expect(
            response.headers.value(of: "Location")
                == "https://shop.example/done?payment_intent=\(waiting.id)&redirect_status=pending")
        #expect(try await mock.retrieve(waiting.id).status == .requiresAction)
        #expect(try folder.journal().count == lines)
        #expect(try await answer(mock, path, "outcome=approve").status == 303)
        #expect(try await answer(mock, path, "outcome=give_up").status == 404)
    }

    @Test("outlives a restart, and ends with the intent")
    func restartAndCancel() async throws {
        let folder = try TemporaryFolder()
        let (waiting, path) = try await challenged(makeMock(in: folder, name: "test"))
        let mock = try await makeMock(in: folder, name: "test")
        #expect(try await mock.servePage(PageRequest(method: "GET", path: path), in: call).status == 200)
        _ = try await mock.cancel(waiting.id)
        #expect(try await mock.servePage(PageRequest(method: "GET", path: path), in: call).status == 404)
    }

    @Test("tells what is wrong with a request for a page")
    func badRequests() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        let (waiting, path) = try await challenged(mock)
        #expect(try await answer(mock, path, "outcome=maybe").status == 400)
        #expect(try await answer(mock, "/elsewhere", "outcome=approve").status == 404)
        #expect(try await answer(mock, "/three-d-secure/tds_mock_00000000000001N1", "outcome=approve").status == 404)
        #expect(try await mock.servePage(PageRequest(method: "DELETE", path: path), in: call).status == 405)
        #expect(try await mock.retrieve(waiting.id).status == .requiresAction)
    }

    @Test(
        "takes a return URL only where a browser can safely go", arguments: ["javascript:alert(1)", "/done", "shop.example", ""])
    func returnURL(url: String) async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        #expect(try await rejection { try await challenged(mock, returnURL: url).intent }.field == "return_url")
    }

    @Test("has pages that no site may frame, that load and run nothing, and that leave no trace in caches or referrers")
    func protection() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, name: "test")
        let (_, path) = try await challenged(mock, returnURL: "https://shop.example/done")
        var responses = [
            try await mock.servePage(PageRequest(method: "GET", path: path), in: call),
            try await mock.servePage(PageRequest(method: "DELETE", path: path), in: call),
            try await mock.servePage(PageRequest(method: "GET", path: "/elsewhere"), in: call),
        ]
        responses += [try await answer(mock, path, "outcome=nonsense"), try await answer(mock, path, "outcome=approve")]
        #expect(responses.map(\.status) == [200, 405, 404, 400, 303])
        for response in responses {
            let policy = try #require(response.headers.value(of: "Content-Security-Policy"))
            #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(policy)")
            #expect(response.headers.value(of: "X-Frame-Options") == "DENY")
            #expect(response.headers.value(of: "Referrer-Policy") == "no-referrer")
            #expect(response.headers.value(of: "Cache-Control") == "no-store")
        }
        #expect(responses[1].headers.value(of: "Allow") == "GET, HEAD, POST")
    }
}
