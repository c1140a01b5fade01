import Foundation
import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("References to the environment")
struct SubstitutionTests {
    @Test(
        "A reference that is the whole value may be yes or no, a number or text",
        arguments: [
            ("\"${V:-false}\"", [:], SettingValue.bool(false)), ("\"${V:-false}\"", ["V": "true"], .bool(true)),
            ("${V:-12}", [:], .integer(12)), ("\"${V}\"", ["V": "-7"], .integer(-7)), ("\"${V}\"", ["V": "1.5"], .string("1.5")),
            ("\"${V}\"", ["V": "text"], .string("text")), ("\"${V:-}\"", [:], .string("")),
            ("\"${V:-fallback}\"", ["V": ""], .string("fallback")), ("\"a${V}b\"", ["V": "1"], .string("a1b")),
            ("\"${V}${V}\"", ["V": "1"], .string("11")), ("\"$${V}\"", ["V": "1"], .string("${V}")),
            ("\"true\"", [:], .string("true")),
            ("12", [:], .integer(12)), ("1.50", [:], .string("1.50")), ("null", [:], .null), ("yes", [:], .string("yes")),
            ("99999999999999999999", [:], .string("99999999999999999999")),
        ] as [(String, [String: String], SettingValue)])
    func typing(literal: String, variables: [String: String], expected: SettingValue) throws {
        let root = try ConfigurationDocument.parse("key: \(literal)", file: "f")
        var problems: [ConfigurationProblem] = []
        let resolved = Substitution(variables: variables).resolve(root, problems: &problems)
        #expect(problems.isEmpty)
        #expect(resolved["key"]?.settingValue == expected)
    }

    @Test("A value from the environment can't add keys, lists or further references")
    func noInjection() throws {
        let root = try ConfigurationDocument.parse("a: \"${V}\"\nb: ${V}", file: "f")
        var problems: [ConfigurationProblem] = []
        let value = "x\nc: [1]\n${HOME}"
        let resolved = Substitution(variables: ["V": value, "HOME": "/root"]).resolve(root, problems: &problems)
        #expect(resolved.settingValue == .map(["a": .string(value), "b": .string(value)]))
    }

    @Test("A provider that is off needs no variables, and one that is on names the one it lacks")
    func onlyWhatIsOn() throws {
        let text = """
            environment: development
            providers:
              - { name: mock, module: libMock.so }
              - name: stripe
                module: libStripe.so
                enabled: "${STRIPE_ENABLED:-false}"
                settings: { secret_key: "${STRIPE_SECRET_KEY}" }
            routing: { default: mock }
            """
        #expect(try ConfigurationFixture.mistakes(text) == [])
        let mistakes = try ConfigurationFixture.mistakes(text, variables: ["STRIPE_ENABLED": "true"])
        #expect(mistakes.count == 1)
        #expect(mistakes.first?.hasPrefix("providers.yaml:7:29: providers[1].settings.secret_key: ") == true)
        #expect(mistakes.first?.contains("STRIPE_SECRET_KEY is not set") == true)
        #expect(
            try ConfigurationFixture.mistakes(text, variables: ["STRIPE_ENABLED": "maybe", "STRIPE_SECRET_KEY": "k"])
                == ["providers.yaml:6:14: providers[1].enabled: must be true or false"])
    }
}

@Suite("A .env file")
struct DotEnvFileTests {
    @Test(
        "A line sets a variable",
        arguments: [
            ("A=b", "b"), ("export A = b ", "b"), ("A=", ""), ("A=b # c", "b"), ("A=b#c", "b#c"), ("A=# c", ""), ("A=b=c", "b=c"),
            ("A='b # $c \\n'", "b # $c \\n"), (#"A="b\n\"c\"" # d"#, "b\n\"c\""), (#"A="\$x\q""#, #"$x\q"#), ("A=1\r\nB=2", "1"),
            ("A=1\nA=2", "2"), ("# A=0\n\n  A=1", "1"), ("A=${HOME}", "${HOME}"),
        ])
    func lines(text: String, value: String) throws {
        #expect(try DotEnvFile(text, file: ".env").variables["A"] == value)
    }

    @Test("Every bad line is named, and no value is shown")
    func badLines() throws {
        let error = #expect(throws: ConfigurationError.self) {
            try DotEnvFile("sesame\nA=\"sesame\nGOOD=1\nB='x' sesame\n1C=sesame", file: ".env")
        }
        let lines = try #require(error).problems.map(\.description)
        #expect(lines.map { $0.prefix(8) } == [".env:1:1", ".env:2:1", ".env:4:1", ".env:5:1"])
        #expect(!lines.joined().contains("sesame"))
    }

    @Test("The environment wins over the file, and a file that is not there sets nothing")
    func precedence() throws {
        let file = try DotEnvFile("A=file\nB=file", file: ".env")
        #expect(file.overlaid(by: ["A": "environment"]) == ["A": "environment", "B": "file"])
        #expect(try DotEnvFile(path: "/nonexistent/.env").variables.isEmpty)
    }

    @Test("A folder in its place, and bytes that are no UTF-8, each say what they are")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        let bytes = try folder.write(Data([0x41, 0x3D, 0xFF]), to: ".env")
        for (path, words) in [(folder.path, "can't be read; it must be a file"), (bytes, "is not UTF-8 text")] {
            let error = #expect(throws: ConfigurationError.self) { try DotEnvFile(path: path) }
            #expect(error?.description == "\(path):1:1: \(words)" + (words.contains("UTF") ? "; save it as UTF-8" : ""))
        }
    }
}
