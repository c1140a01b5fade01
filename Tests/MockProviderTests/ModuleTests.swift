import MockProvider
import ProviderAPI
import ProviderTestKit
import Testing

@Suite("The mock module")
struct ModuleTests {
    @Test("says that it is for tests")
    func isForTests() {
        #expect(MockModule().information.isForTests)
        #expect(!MockModule().information.isStripe)
    }

    @Test("has settings with defaults, and a secret that development makes up")
    func schema() throws {
        let settings = MockModule().settingsSchema.settings
        #expect(settings.map(\.key) == ["webhook_secret", "journal", "seed", "webhooks", "scenarios"])
        #expect(settings.allSatisfy { !$0.isRequired })
        let secret = try #require(settings.first)
        #expect(secret.kind == .secret && secret.isMadeUpInDevelopment)
        #expect(settings.map(\.defaultValue) == [nil, .string("var/mock-journal.jsonl"), nil, .bool(true), nil])
    }

    @Test("refuses to work without a webhook secret, by the setting's name")
    func noSecret() async throws {
        let folder = try TemporaryFolder()
        let refusal = try await rejection { try await makeMock(in: folder, settings: ["webhook_secret": .string("")]) }
        #expect(refusal.field == "webhook_secret")
    }

    @Test("names the journal when it cannot be opened")
    func journalIsAFolder() async throws {
        let folder = try TemporaryFolder()
        let refusal = try await rejection { try await makeMock(in: folder, settings: ["journal": .string(folder.path)]) }
        #expect(refusal.field == "journal")
        #expect(refusal.message.contains(folder.path))
    }

    @Test("makes the journal's folder")
    func missingFolder() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder, settings: ["journal": .string("a/b/journal.jsonl")])
        _ = try await mock.create()
        #expect(try folder.text("a/b/journal.jsonl").hasSuffix("\n"))
    }

    @Test("can do everything the contract knows, and remembers keys for a day")
    func capabilities() async throws {
        let folder = try TemporaryFolder()
        let mock = try await makeMock(in: folder)
        let can = mock.capabilities
        #expect(can.manualCapture && can.partialCapture && can.refunds && can.partialRefunds)
        #expect(can.webhooks && can.findsByOperation && can.listsEvents && can.pages)
        #expect(mock.idempotencyKeyMemory == .seconds(86_400))
        #expect(await mock.health().isHealthy)
    }
}
