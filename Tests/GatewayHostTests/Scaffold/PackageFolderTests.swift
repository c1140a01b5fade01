import Foundation
import Testing

@testable import GatewayHost

@Suite("Writing a new package")
struct PackageFolderTests {
    private static let files = [
        ProviderTemplate.File(path: ".gitignore", text: ".build/\n"),
        ProviderTemplate.File(path: "Sources/A/A.swift", text: "// A\n"),
    ]

    @Test("All files are written, to a folder that is not there and to one that is empty", arguments: [false, true])
    func written(isThere: Bool) throws {
        try withScaffoldFolder { folder in
            let target = folder + "/acme"
            if isThere { try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false) }
            try PackageFolder.write(Self.files, to: target)
            #expect(try String(contentsOfFile: target + "/Sources/A/A.swift", encoding: .utf8) == "// A\n")
            #expect(try FileManager.default.contentsOfDirectory(atPath: target).sorted() == [".gitignore", "Sources"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["acme"])
        }
    }

    @Test("A folder that holds anything is left as it is, hidden files and files in its place too", arguments: ["/.git", ""])
    func refused(file: String) throws {
        try withScaffoldFolder { folder in
            try write("mine", to: folder + "/acme" + file)
            let error = #expect(throws: ScaffoldError.self) { try PackageFolder.write(Self.files, to: folder + "/acme") }
            #expect(error?.description.contains("is there already") == true)
            #expect(try String(contentsOfFile: folder + "/acme" + file, encoding: .utf8) == "mine")
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).count == (file.isEmpty ? 1 : 2))
        }
    }

    @Test("Where a file cannot be written nothing is left behind")
    func half() throws {
        try withScaffoldFolder { folder in
            let clash = Self.files + [ProviderTemplate.File(path: ".gitignore/b", text: "")]
            #expect(throws: ScaffoldError.self) { try PackageFolder.write(clash, to: folder + "/acme") }
            let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            #expect(left.isEmpty)
        }
    }
}
