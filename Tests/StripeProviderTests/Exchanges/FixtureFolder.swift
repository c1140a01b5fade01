import Foundation

/// The folder Tests/Fixtures/stripe: one folder a group, one file a case.
enum FixtureFolder {
    private static let url = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/stripe")

    /// All files, whatever they are, by their paths within the folder.
    static let files: [String] = {
        let manager = FileManager.default
        return (manager.subpaths(atPath: url.path) ?? []).sorted().filter { path in
            var isFolder: ObjCBool = false
            return manager.fileExists(atPath: url.appending(path: path).path, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }()

    /// The cases, such as `create/all-parameters`.
    static let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(".json".count)) }

    /// Why a fixture is unreadable.
    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    /// Reads a case strictly: what the file holds beyond a ``Fixture`` would check nothing, and is an error.
    static func read(_ name: String) throws -> Fixture {
        let file = try Data(contentsOf: url.appending(path: "\(name).json"))
        let fixture = try JSONDecoder().decode(Fixture.self, from: file)
        let understood = try JSONDecoder().decode(JSONValue.self, from: try JSONEncoder().encode(fixture))
        let differences = understood.differences(from: try JSONDecoder().decode(JSONValue.self, from: file))
        guard differences.isEmpty else {
            throw Unreadable(description: "\(name).json: \(differences.joined(separator: "; "))")
        }
        return fixture
    }
}
