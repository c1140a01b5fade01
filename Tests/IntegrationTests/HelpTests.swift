import Foundation
import GatewayHarness
import Testing

@Suite("What --help prints", .timeLimit(.minutes(10)))
struct HelpTests {
    /// The command line of every command that is listed, with those below it.
    private func commands() async throws -> [[String]] {
        var found: [[String]] = []
        var waiting: [[String]] = [[]]
        while let command = waiting.popLast() {
            found.append(command)
            let subcommands = try await help(on: command).split(separator: "SUBCOMMANDS:\n", maxSplits: 1).dropFirst().first ?? ""
            waiting += subcommands.matches(of: /(?m)^  ([a-z]+)/).map { command + [String($0.1)] }
        }
        return found
    }

    private func help(on command: [String]) async throws -> String {
        let result = try await run(TestPaths.gateway, command + ["--help"])
        try #require(result.end == .exited(0), "\(result.everything)")
        return result.output
    }

    /// Each line of the sources without its indentation.
    private static func sourceLines() throws -> Set<String> {
        let folder = TestPaths.repository.appending(path: "Sources/GatewayHost")
        var lines: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            lines.formUnion(
                text.split(separator: "\n").map {
                    $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: #"\\"#, with: #"\"#)
                })
        }
        return lines
    }

    @Test("Lines of examples stand as they were written, in a terminal of 80 columns")
    func examples() async throws {
        let lines = try Self.sourceLines()
        var examples = 0
        for command in try await commands() {
            let overview = try await help(on: command).split(separator: "\nUSAGE:", maxSplits: 1)[0]
            for line in overview.split(separator: "\n") where line.hasPrefix("  ") {
                examples += 1
                #expect(lines.contains(line.trimmingCharacters(in: .whitespaces)), "\(command): \(line)")
            }
        }
        #expect(examples > 15)
    }

    @Test("The exit codes are those of the sources, in the README too")
    func exitCodes() async throws {
        let folder = TestPaths.repository.appending(path: "Sources/GatewayHost")
        var codes: Set = ["0", "1", "64"]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
            codes.formUnion(text.matches(of: /\b(?:ExitCode|_exit)\((\d+)\)/).map { String($0.1) })
        }
        #expect(codes.isSuperset(of: ["74", "78"]))
        let help = try await help(on: [])
        let listed = try #require(help.split(separator: "Exit codes:", maxSplits: 1).last)
        #expect(Set(listed.matches(of: #/(?m)^  (\d+)  /#).map { String($0.1) }) == codes)
        let readme = try String(contentsOf: TestPaths.repository.appending(path: "README.md"), encoding: .utf8)
        let sentence = try #require(readme.firstMatch(of: /Exit codes: [^.]+\./)).0
        #expect(Set(sentence.matches(of: #/[:;]\s(\d+) /#).map { String($0.1) }) == codes)
    }
}
