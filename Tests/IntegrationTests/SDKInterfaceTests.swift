import GatewayHarness
import ProviderAPI
import Testing

@Suite("The SDK's recorded interface", .timeLimit(.minutes(10)))
struct SDKInterfaceTests {
    /// What a module that was built before would not survive.
    private static let breaking: [SDKCopy.Edit] = [
        .without(
            """
                /// The value of the first field with this name, in any letter case; nil where there is none.
                public func header(_ name: String) -> String? {
                    headers.value(of: name)
                }

            """, in: "Host/HTTPTransport.swift", "Func HTTPResponse.header(_:) has been removed"),
        .write(
            "retrieveRefund(_ id: Substring,", over: "retrieveRefund(_ id: String,", in: "Payments/PaymentService.swift",
            "Func PaymentService.retrieveRefund(_:in:) has parameter 0 type change from Swift.String to Swift.Substring"),
        .write(
            "in call: CallContext) async throws -> HTTPResponse",
            over: "in call: CallContext) async throws(ProviderError) -> HTTPResponse", in: "Host/HTTPTransport.swift",
            "Func HTTPTransport.send(_:in:) has mangled name changing from"),
        .without(
            "        case notFound\n", in: "Payments/ProviderError.swift",
            "EnumElement Rejection.Reason.notFound has been removed"),
        .write(
            "func next() -> UInt64\n    /// Below a bound.\n    func next(below bound: UInt64) -> UInt64",
            over: "func next() -> UInt64", in: "Host/ProviderHost.swift",
            "Func ProviderRandom.next(below:) has been added as a protocol requirement"),
        .write(
            "@frozen\n    public enum Status:", over: "public enum Status:", in: "Payments/Refund.swift",
            "Enum Refund.Status is now with @frozen"),
        .write(
            "public var type: String?", over: "public var type: String", in: "Webhooks/WebhookEvent.swift",
            "Var WebhookEvent.type has declared type change from Swift.String to Swift.String?"),
        .write(
            "public struct HTTPRequest: Sendable {", over: "public struct HTTPRequest: Sendable, Hashable {",
            in: "Host/HTTPTransport.swift", "Struct HTTPRequest has removed conformance to Hashable"),
        .write(
            "public static var compiler:", over: "@_alwaysEmitIntoClient\n    public static var compiler:",
            in: "Module/ProviderABI.swift",
            "@_alwaysEmitIntoClient public static var compiler: Swift.StaticString is no longer there as it was"),
    ]

    @Test("The SDK's interface has lost nothing since it was recorded")
    func recorded() async throws {
        let sdk = try SDKCopy()
        defer { sdk.folder.remove() }
        let result = try await sdk.checkInterface()
        #expect(result.end == .exited(0), "\(result.everything)")
    }

    @Test("What modules would not survive is refused, each by its name, unless the ABI has a new version")
    func breakingChanges() async throws {
        let sdk = try SDKCopy()
        defer { sdk.folder.remove() }
        try await sdk.recordInterface()
        try sdk.apply(Self.breaking)
        let refused = try await sdk.checkInterface()
        #expect(refused.end == .exited(1), "\(refused.everything)")
        for edit in Self.breaking {
            #expect(refused.errors.contains("\n  \(edit.verdict)"), "\(edit.verdict) is not in\n\(refused.everything)")
        }
        #expect(refused.errors.contains("raise ProviderABI.version above \(ProviderABI.version)"), "\(refused.everything)")

        try sdk.apply([
            .write(
                "var version: UInt32 { \(ProviderABI.version + 1) }", over: "var version: UInt32 { \(ProviderABI.version) }",
                in: "Module/ProviderABI.swift", "")
        ])
        let raised = try await sdk.checkInterface()
        #expect(raised.end == .exited(0), "\(raised.everything)")
        #expect(raised.output.contains("every module has to be built again"), "\(raised.everything)")
    }

    @Test("Additions pass, each by its name, until they are recorded")
    func additions() async throws {
        let earlier = try SDKCopy()
        defer { earlier.folder.remove() }
        try earlier.apply(SDKCopy.Edit.sinceEarlier)
        try await earlier.recordInterface()
        let today = try SDKCopy()
        defer { today.folder.remove() }
        let recorded = "Interface/ProviderAPI.swiftinterface"
        try today.folder.write(earlier.folder.read(recorded), to: recorded)

        let result = try await today.checkInterface()
        #expect(result.end == .exited(0), "\(result.everything)")
        let names = Set(result.output.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { String($0.dropFirst(2)) })
        #expect(names == Set(SDKCopy.Edit.sinceEarlier.map(\.verdict)), "\(result.everything)")

        try await today.recordInterface()
        #expect(try await today.checkInterface().output.contains("as recorded"))
    }
}
