import Foundation

/// The template of a provider: a package that builds as it is, of a provider called `acme-pay`. Each spelling of that name stands
/// for the same spelling of another, in paths and in text.
struct ProviderTemplate {
    /// A file, by its path within the package.
    struct File: Hashable {
        let path: String
        let text: String
    }

    /// How the template's Package.swift names the SDK of the checkout that both are in.
    private static let sdkPlaceholder = #""../../Sources""#

    /// The files as they are in the template, by path.
    let files: [File]

    /// Reads a template's folder. What a build has left there is no part of it.
    ///
    /// - Throws: ``ScaffoldError`` for a folder or a file that cannot be read as text.
    init(folder: String) throws(ScaffoldError) {
        let manager = FileManager.default
        guard let paths = try? manager.subpathsOfDirectory(atPath: folder) else {
            throw ScaffoldError("the template \(folder) cannot be read")
        }
        var files: [File] = []
        for path in paths.sorted() where !Self.isLeftover(path) {
            var isFolder: ObjCBool = false
            guard manager.fileExists(atPath: "\(folder)/\(path)", isDirectory: &isFolder), !isFolder.boolValue else { continue }
            guard let text = try? String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8) else {
                throw ScaffoldError("the template's file \(folder)/\(path) cannot be read as text")
            }
            files.append(File(path: path, text: text))
        }
        self.files = files
    }

    /// The files of the package of a provider called `name`, which finds the SDK's packages in the folder `sdk`.
    ///
    /// - Throws: ``ScaffoldError`` where the template does not say where the SDK goes.
    func files(for name: ProviderName, sdk: String) throws(ScaffoldError) -> [File] {
        var made: [File] = []
        for file in files {
            var text = Self.renamed(file.text, to: name)
            if file.path == "Package.swift" {
                guard text.contains(Self.sdkPlaceholder) else {
                    throw ScaffoldError("the template's Package.swift does not name the SDK as \(Self.sdkPlaceholder)")
                }
                text = text.replacing(Self.sdkPlaceholder, with: Self.literal(sdk))
            }
            made.append(File(path: Self.renamed(file.path, to: name), text: text))
        }
        return made
    }

    private static func renamed(_ text: String, to name: ProviderName) -> String {
        zip(ProviderName.ofTemplate.spellings, name.spellings).reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// A Swift string literal.
    private static func literal(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    private static func isLeftover(_ path: String) -> Bool {
        path.split(separator: "/").contains { $0.hasPrefix(".build") || ["var", "__pycache__", "Package.resolved"].contains($0) }
    }
}
