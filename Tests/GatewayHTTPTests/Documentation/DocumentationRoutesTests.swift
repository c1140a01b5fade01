import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing

@testable import GatewayHTTP

@Suite("API documentation")
struct DocumentationRoutesTests {
    @Test("The pages load what they need from this origin only", arguments: ["/api/docs", "/api/redoc", "/api/docs/"])
    func pages(path: String) async throws {
        try await withClient { client, _ in
            let page = try await client.execute(uri: path, method: .get)
            #expect(page.status == .ok)
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            let policy = try #require(page.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"))

            let markup = String(buffer: page.body)
            #expect(!markup.contains("http:") && !markup.contains("https:") && !markup.contains("<script>"))
            let references = markup.matches(of: /(?:src|href)="([^"]+)"/).map { String($0.1) }
            #expect(references.count >= 4)
            for reference in references {
                #expect(try await client.execute(uri: reference, method: .get).status == .ok, "\(reference)")
            }
        }
    }

    @Test("The start scripts are ours and load the gateway's own document", arguments: ["init-swagger.js", "init-redoc.js"])
    func scripts(name: String) async throws {
        try await withClient { client, _ in
            let script = try await client.execute(uri: "/api/assets/\(name)", method: .get)
            #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
            #expect(String(buffer: script.body).contains("\"/api/openapi.json\""))
        }
    }

    @Test(
        "A file is served with its type",
        arguments: [
            ("/api/openapi.json", "application/json", "{\"openapi\":\"3.1.0\"}"),
            ("/api/assets/swagger-ui/swagger-ui.css", "text/css; charset=utf-8", "css"),
            ("/api/assets/swagger-ui/favicon-32x32.png", "image/png", "png"),
            ("/api/assets/redoc/redoc.standalone.js", "text/javascript; charset=utf-8", "redoc"),
            ("/api/assets/redoc/LICENSE", "text/plain; charset=utf-8", "licence"),
        ]
    )
    func files(path: String, mediaType: String, body: String) async throws {
        try await withClient { client, _ in
            let file = try await client.execute(uri: path, method: .get)
            #expect(file.status == .ok)
            #expect(file.headers[.contentType] == mediaType)
            #expect(file.headers[.contentTypeOptions] == "nosniff")
            #expect(String(buffer: file.body) == body)
        }
    }

    @Test("A copy that is the same is not sent again, and HEAD sends the length only")
    func revalidation() async throws {
        try await withClient { client, _ in
            let path = "/api/assets/redoc/redoc.standalone.js"
            let tag = try #require(try await client.execute(uri: path, method: .get).headers[.eTag])
            for match in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let again = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: match])
                #expect(again.status == .notModified, "\(match)")
                #expect(again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
            }
            let other = try await client.execute(uri: path, method: .get, headers: [.ifNoneMatch: "\"other\""])
            #expect(other.status == .ok)
            let head = try await client.execute(uri: path, method: .head)
            #expect(head.status == .ok)
            #expect(head.headers[.contentLength] == "5")
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test("Bytes that differ anywhere have different tags")
    func entityTags() {
        let texts = ["", "a", "b", "12345678", "12345679", "22345678", "123456789", "123456780"]
        #expect(Set(texts.map { WebAsset($0, mediaType: "text/plain").entityTag }).count == texts.count)
    }

    @Test(
        "Nothing else can be had: not a path that leaves the folder, a link that does, a page of others, a folder",
        arguments: [
            "/api/assets/../secret.txt", "/api/assets/swagger-ui/../../secret.txt",
            "/api/assets/swagger-ui/%2e%2e/%2e%2e/secret.txt",
            "/api/assets/swagger-ui/..%2f..%2fsecret.txt", "/api/assets/swagger-ui%2f../secret.txt", "/api/assets//etc/passwd",
            "/api/assets/redoc/leak.txt", "/api/assets/swagger-ui/oauth2-redirect.html", "/api/assets/redoc/sub.js",
            "/api/assets/redoc", "/api/assets", "/api/assets/", "/api/assets/openapi.json", "/api/assets/inside.txt",
            "/api/assets/redoc/.hidden", "/api/assets/redoc/deep/file.js", "/api/assets/redoc/redoc.standalone.js%00.png",
        ]
    )
    func refused(path: String) async throws {
        try await withClient { client, _ in
            let answer = try await client.execute(uri: path, method: .get)
            #expect(answer.status == .notFound)
            #expect(!String(buffer: answer.body).contains("secret:"))
        }
    }

    @Test("A link that stays inside is followed")
    func linkInside() async throws {
        try await withClient { client, _ in
            let file = try await client.execute(uri: "/api/assets/redoc/alias.js", method: .get)
            #expect(String(buffer: file.body) == "redoc")
        }
    }

    @Test("Other methods are refused with those there are")
    func methods() async throws {
        try await withClient { client, _ in
            let answer = try await client.execute(uri: "/api/docs", method: .post)
            #expect(answer.status == .methodNotAllowed)
            #expect(answer.headers[.allow] == "GET, HEAD")
        }
    }

    @Test(
        "Without the web assets a problem says how to install them",
        arguments: ["/api/docs", "/api/redoc", "/api/openapi.json", "/api/assets/redoc/redoc.standalone.js"]
    )
    func notInstalled(path: String) async throws {
        for root in [nil, "/nowhere/at/all"] {
            let answer = try await application(root).test(.router) { try await $0.execute(uri: path, method: .get) }
            #expect(answer.status == .notFound)
            #expect(answer.headers[.contentType] == "application/problem+json")
            let problem = String(buffer: answer.body)
            #expect(problem.contains("make web") && problem.contains("GATEWAY_WEB_ROOT") && problem.contains("\"not_found\""))
        }
    }

    @Test("What is missing is named, and only the page that needs it is gone")
    func partlyInstalled() async throws {
        try await withClient { client, root in
            #expect(DocumentationRoutes(webRoot: root.path(percentEncoded: false)).missing.isEmpty)
            try FileManager.default.removeItem(at: root.appending(path: "redoc"))
            let path = root.path(percentEncoded: false)
            #expect(DocumentationRoutes(webRoot: path).missing == ["redoc/redoc.standalone.js"])
            try await application(path).test(.router) { client in
                let reDoc = try await client.execute(uri: "/api/redoc", method: .get)
                #expect(reDoc.status == .notFound)
                #expect(String(buffer: reDoc.body).contains("redoc.standalone.js is missing"))
                #expect(try await client.execute(uri: "/api/docs", method: .get).status == .ok)
            }
        }
    }

    /// Runs `body` against routes over a web root of its own, beside which lies a file that must not be served.
    private func withClient(_ body: @escaping @Sendable (any TestClientProtocol, URL) async throws -> Void) async throws {
        let folder = URL.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        let root = folder.appending(path: "web", directoryHint: .isDirectory)
        let files = [
            "../secret.txt": "secret: folder", "inside.txt": "secret: root", "openapi.json": "{\"openapi\":\"3.1.0\"}",
            "swagger-ui/swagger-ui.css": "css", "swagger-ui/swagger-ui-bundle.js": "swagger",
            "swagger-ui/favicon-32x32.png": "png", "swagger-ui/oauth2-redirect.html": "secret: html",
            "redoc/redoc.standalone.js": "redoc", "redoc/LICENSE": "licence", "redoc/.hidden": "secret: hidden",
            "redoc/deep/file.js": "secret: deep", "redoc/sub.js/file": "secret: folder with a file's name",
        ]
        for (name, text) in files {
            let file = root.appending(path: name).standardizedFileURL
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
        let links = ["redoc/leak.txt": "../../secret.txt", "redoc/alias.js": "redoc.standalone.js"]
        for (name, target) in links {
            try FileManager.default.createSymbolicLink(
                atPath: root.appending(path: name).path(percentEncoded: false), withDestinationPath: target
            )
        }
        try await application(root.path(percentEncoded: false)).test(.router) { try await body($0, root) }
    }

    private func application(_ root: String?) -> some ApplicationProtocol {
        let router = Router(context: GatewayContext.self)
        router.add(middleware: RequestBoundary(logger: Logger(label: "test")))
        DocumentationRoutes(webRoot: root).add(to: router)
        return Application(router: router)
    }
}
