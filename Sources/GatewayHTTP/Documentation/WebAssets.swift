import Foundation
import NIOCore

/// The files behind the documentation pages, read once.
///
/// Requests look names up in a table and never reach the file system, so no name can lead out of the folder. Three megabytes
/// stay in memory for it. Only what the pages need is read: the OpenAPI document, and scripts, styles, images and licences of
/// Swagger UI and ReDoc. HTML is left out, because it would be pages of others on our origin.
struct WebAssets: Sendable {
    /// The folders of the web root that are served, by their names below `/api/assets/`.
    static let folders = ["redoc", "swagger-ui"]
    /// The OpenAPI document's name.
    static let openAPI = "openapi.json"
    /// Larger files are no web assets of ours; they are left out.
    static let largestFile = 8 << 20

    private let files: [String: WebAsset]

    /// The assets below a folder; none where it is nil, not there or not readable.
    init(root path: String?) {
        guard let path else {
            files = [:]
            return
        }
        let root = URL(filePath: path, directoryHint: .isDirectory).resolvingSymlinksInPath()
        var files: [String: WebAsset] = [:]
        for name in [Self.openAPI] + Self.folders.flatMap({ Self.names(in: $0, of: root) }) {
            files[name] = Self.read(name, below: root)
        }
        self.files = files
    }

    /// The file of this name, such as `swagger-ui/swagger-ui.css`.
    subscript(name: String) -> WebAsset? { files[name] }

    private static func names(in folder: String, of root: URL) -> [String] {
        let path = root.appending(path: folder, directoryHint: .isDirectory).path(percentEncoded: false)
        return (try? FileManager.default.contentsOfDirectory(atPath: path))?.map { "\(folder)/\($0)" } ?? []
    }

    /// A file, unless a symbolic link leads out of the root, it is no regular file, too large, or of a type that is not served.
    private static func read(_ name: String, below root: URL) -> WebAsset? {
        guard let mediaType = mediaType(of: name) else { return nil }
        let file = root.appending(path: name, directoryHint: .notDirectory).resolvingSymlinksInPath()
        guard file.pathComponents.starts(with: root.pathComponents),
            let values = try? file.resourceValues(forKeys: [.isRegularFileKey, .fileSizeKey]),
            values.isRegularFile == true, let size = values.fileSize, size <= largestFile,
            let data = try? Data(contentsOf: file)
        else { return nil }
        return WebAsset(ByteBuffer(bytes: data), mediaType: mediaType)
    }

    private static func mediaType(of name: String) -> String? {
        let file = name.split(separator: "/").last ?? ""
        if file == "LICENSE" { return "text/plain; charset=utf-8" }
        guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return nil }
        return switch file[file.index(after: dot)...] {
        case "css": "text/css; charset=utf-8"
        case "ico": "image/x-icon"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "png": "image/png"
        case "svg": "image/svg+xml"
        case "txt": "text/plain; charset=utf-8"
        case "woff2": "font/woff2"
        default: nil
        }
    }
}
