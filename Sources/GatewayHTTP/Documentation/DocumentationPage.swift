import HTTPTypes

/// A page of the documentation: its markup, the script that starts it, and the files it needs.
///
/// The markup holds no script of its own, so that the policy can forbid inline scripts.
struct DocumentationPage: Sendable {
    /// Where the page is.
    let path: String
    /// What the page loads from the web root; without one of them it would stay empty.
    let needs: [String]
    /// The name of its start script below `/api/assets/`.
    let scriptName: String
    /// The page.
    let markup: WebAsset
    /// The script that starts it.
    let script: WebAsset

    private init(path: String, needs: [String], scriptName: String, markup: String, script: String) {
        self.path = path
        self.needs = needs
        self.scriptName = scriptName
        self.markup = WebAsset(markup, mediaType: "text/html; charset=utf-8")
        self.script = WebAsset(script, mediaType: "text/javascript; charset=utf-8")
    }

    /// All pages.
    static let all = [swaggerUI, reDoc]

    /// What a page may load: our own origin only. Both libraries write their styles inline.
    static let policy: HTTPFields = [
        .contentSecurityPolicy: [
            "default-src 'none'", "script-src 'self'", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
            "connect-src 'self'", "font-src 'self' data:", "worker-src blob:", "base-uri 'none'", "form-action 'none'",
            "frame-ancestors 'none'",
        ].joined(separator: "; "),
        .referrerPolicy: "no-referrer",
    ]

    /// The documentation to try out.
    static let swaggerUI = DocumentationPage(
        path: "/api/docs",
        needs: [WebAssets.openAPI, "swagger-ui/swagger-ui.css", "swagger-ui/swagger-ui-bundle.js"],
        scriptName: "init-swagger.js",
        markup: markup(
            root: "swagger-ui", styleSheets: ["swagger-ui/swagger-ui.css"],
            scripts: ["swagger-ui/swagger-ui-bundle.js", "init-swagger.js"]),
        // Without `validatorUrl: null` the document's address would be sent to validator.swagger.io. A token that is typed in stays
        // in the page's memory and ends with the page: localStorage would keep it for the browser's next user.
        script: """
            "use strict";

            SwaggerUIBundle({
              url: "/api/openapi.json",
              dom_id: "#swagger-ui",
              deepLinking: true,
              displayRequestDuration: true,
              persistAuthorization: false,
              tryItOutEnabled: true,
              validatorUrl: null,
            });

            """
    )

    /// The documentation to read.
    static let reDoc = DocumentationPage(
        path: "/api/redoc",
        needs: [WebAssets.openAPI, "redoc/redoc.standalone.js"],
        scriptName: "init-redoc.js",
        markup: markup(root: "redoc", styleSheets: [], scripts: ["redoc/redoc.standalone.js", "init-redoc.js"]),
        script: """
            "use strict";

            Redoc.init(
              "/api/openapi.json",
              {
                hideDownloadButton: false,
                nativeScrollbars: true,
                theme: {
                  typography: {
                    fontFamily: "system-ui, sans-serif",
                    headings: { fontFamily: "system-ui, sans-serif" },
                    code: { fontFamily: "ui-monospace, monospace" },
                  },
                },
              },
              document.getElementById("redoc"),
            );

            """
    )

    /// A page with nothing but an element that a script fills.
    ///
    /// - Parameters:
    ///   - root: the element's id.
    ///   - styleSheets: their names below `/api/assets/`.
    ///   - scripts: their names below `/api/assets/`, in the order in which they run.
    private static func markup(root: String, styleSheets: [String], scripts: [String]) -> String {
        let links = styleSheets.map { "<link rel=\"stylesheet\" href=\"/api/assets/\($0)\">\n" }.joined()
        let tags = scripts.map { "<script src=\"/api/assets/\($0)\"></script>\n" }.joined()
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Payment gateway API</title>
            <link rel="icon" href="/api/assets/swagger-ui/favicon-32x32.png">
            \(links)<style>body { margin: 0 }</style>
            </head>
            <body>
            <noscript>This page needs JavaScript. <a href="/api/openapi.json">openapi.json</a> does not.</noscript>
            <main id="\(root)"></main>
            \(tags)</body>
            </html>

            """
    }
}
