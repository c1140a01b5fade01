import ProviderAPI
import ProviderConformance

extension CertificationReport {
    /// The report as a page that needs nothing else.
    var page: String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(conformance.module.displayName)) \(passed ? "passed" : "did not pass")</title>
        <style>\(Self.style)</style>
        </head>
        <body>
        <header class="\(passed ? "passed" : "failed")">
        <h1>\(Self.escaped(conformance.module.displayName)) \(Self.escaped(conformance.module.version))</h1>
        <p>\(Self.escaped(verdict))</p>
        </header>
        <dl>
        \(facts.map { "<dt>\($0)</dt><dd>\(Self.escaped($1))</dd>" }.joined(separator: "\n"))
        </dl>
        <table>
        <thead><tr><th>Result</th><th>Check</th><th>What it asks</th><th>Cases</th></tr></thead>
        <tbody>
        \(conformance.results.map(Self.rows).joined(separator: "\n"))
        </tbody>
        </table>
        </body>
        </html>

        """
    }

    private var facts: [(String, String)] {
        [
            ("Module", module), ("SHA-256", sha256), ("Built by", "Swift \(compiler), for version \(abi) of the provider ABI"),
            ("Recording", "\(recording), \(Output.count(recordedCases, "case"))"), ("Checked", "\(at), by gateway \(gateway)"),
        ]
    }

    private static func rows(_ result: ConformanceReport.Result) -> String {
        let mark = "<td class=\"\(result.status.rawValue)\">\(result.status.word)</td>"
        let reason = result.reason.map { "<p class=\"reason\">\(escaped($0))</p>" } ?? ""
        let text = "<strong>\(escaped(result.title))</strong><p>\(escaped(result.why))</p>\(reason)\(findings(result.findings))"
        return "<tr>\(mark)<td><code>\(escaped(result.check))</code></td><td>\(text)</td><td>\(result.cases)</td></tr>"
    }

    private static func findings(_ findings: [ConformanceReport.Finding]) -> String {
        guard !findings.isEmpty else { return "" }
        let items = findings.map { finding in
            """
            <li><code>\(escaped(finding.place))</code><br>expected \(escaped(finding.expected))<br>\
            found \(escaped(finding.actual))</li>
            """
        }
        return "<details open><summary>\(findings.count) found</summary><ul>\(items.joined())</ul></details>"
    }

    /// What is shown comes from a module and from files: none of it is markup.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { escaped, character in
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.append(character)
            }
        }
    }

    private static let style = """
        body { font: 16px/1.5 system-ui, sans-serif; color: #1d2433; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
        header { border-left: .5rem solid; padding: .25rem 1rem; margin-bottom: 1.5rem }
        header.passed { border-color: #1a7f4b } header.failed { border-color: #b3261e }
        h1 { font-size: 1.6rem; margin: 0 } header p { margin: 0 }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem } dt { color: #5b6475 } dd { margin: 0; overflow-wrap: anywhere }
        table { border-collapse: collapse; width: 100%; margin-top: 1.5rem }
        th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-top: 1px solid #dfe3ea }
        td p { margin: .15rem 0; color: #5b6475 } td:first-child { white-space: nowrap; font-weight: 600 } td:last-child { text-align: right }
        td.passed { color: #1a7f4b } td.failed { color: #b3261e } td.not_applicable { color: #5b6475; font-weight: 400 }
        code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere } ul { padding-left: 1.2rem; margin: .3rem 0 }
        """
}
