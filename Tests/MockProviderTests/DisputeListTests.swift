import ProviderAPI
import ProviderTestKit
import Testing

@Suite("Disputes that are listed")
struct DisputeListTests {
    @Test("A payment without a dispute has none, and a disputed one shows it as it stands")
    func list() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let paid = try await mock.pay(5000)
        #expect(try await mock.listDisputes(ofPaymentIntent: paid.id, in: call).isEmpty)

        _ = try await mock.runCommand("event", arguments: ["charge.dispute.created", "--intent", paid.id], in: call)
        let open = try #require(try await mock.listDisputes(ofPaymentIntent: paid.id, in: call).first)
        #expect(open.paymentIntentID == paid.id && open.amount == paid.amount)
        #expect(open.status == "needs_response" && open.reason == "fraudulent")

        let arguments = ["charge.dispute.closed", "--intent", paid.id, "--status", "won"]
        _ = try await mock.runCommand("event", arguments: arguments, in: call)
        var won = open
        won.status = "won"
        #expect(try await mock.listDisputes(ofPaymentIntent: paid.id, in: call) == [won])
    }

    @Test("A payment that the mock does not know has no list")
    func unknown() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        #expect(
            try await rejection { try await mock.listDisputes(ofPaymentIntent: "pi_of_nobody", in: call) }.reason == .notFound)
    }
}
