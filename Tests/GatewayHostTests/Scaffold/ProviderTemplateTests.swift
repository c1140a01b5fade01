import Foundation
import Testing

@testable import GatewayHost

@Suite("The template of a provider")
struct ProviderTemplateTests {
    /// The real one.
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Templates/Provider").path

    @Test("Nothing in a new package bears the template's name", arguments: ["zebra", "blue-zebra-9"])
    func renamed(text: String) throws {
        let name = try ProviderName(text)
        let files = try ProviderTemplate(folder: Self.folder).files(for: name, sdk: "/opt/gateway/sdk")
        #expect(files.count > 60)
        for file in files {
            #expect(!file.path.lowercased().contains("acme"), "\(file.path)")
            #expect(!file.text.lowercased().contains("acme"), "\(file.path)")
        }
        let paths = Set(files.map(\.path))
        for path in [
            "Package.swift", "README.md", ".gitignore", "providers.yaml", "providers.yaml.fragment", "Recordings/provider.json",
            "docs/\(name.dashed)-api.md", "simulator/\(name.underscored).py", "Sources/Entry/Entry.swift",
            "Sources/\(name.type)Provider/\(name.type)Service.swift",
        ] {
            #expect(paths.contains(path), "\(path)")
        }
        #expect(paths.count == files.count)
    }

    @Test("Package.swift names the SDK that was found, whatever is in its path")
    func sdk() throws {
        let template = try ProviderTemplate(folder: Self.folder)
        let files = try template.files(for: try ProviderName("zebra"), sdk: #"/opt/acme-pay "1"\sdk"#)
        let package = try #require(files.first { $0.path == "Package.swift" }).text
        #expect(package.contains(#"Context.environment["GATEWAY_SDK"] ?? "/opt/acme-pay \"1\"\\sdk""#))
        #expect(!package.contains("../../Sources"))
    }

    @Test("The template's own name gives the template itself, save for the place of the SDK")
    func identity() throws {
        let template = try ProviderTemplate(folder: Self.folder)
        #expect(try template.files(for: try ProviderName("acme-pay"), sdk: "../../Sources") == template.files)
    }

    @Test("What a build has left in the template's folder is no part of it")
    func leftovers() throws {
        try withScaffoldFolder { folder in
            for path in [
                "Package.swift", ".gitignore", ".build/debug/x.o", ".build-own/y", "Package.resolved", "a/__pycache__/z",
                "var/db",
            ] {
                try write("text", to: "\(folder)/\(path)")
            }
            #expect(try ProviderTemplate(folder: folder).files.map(\.path) == [".gitignore", "Package.swift"])
        }
    }

    @Test("A folder that is none, a file that is no text and a Package.swift without a place for the SDK are told")
    func unreadable() throws {
        try withScaffoldFolder { folder in
            #expect(throws: ScaffoldError.self) { try ProviderTemplate(folder: folder + "/none") }
            try write("let package", to: "\(folder)/Package.swift")
            let name = try ProviderName("zebra")
            #expect(throws: ScaffoldError.self) { try ProviderTemplate(folder: folder).files(for: name, sdk: "/sdk") }
            try Data([0xFF, 0xFE, 0x00]).write(to: URL(fileURLWithPath: "\(folder)/picture"))
            let error = #expect(throws: ScaffoldError.self) { try ProviderTemplate(folder: folder) }
            #expect(error?.description.contains("\(folder)/picture") == true)
        }
    }
}
