import Foundation
import Glibc
import ProviderAPI
import Testing

@testable import ProviderLoading

@Suite("Loading modules", .timeLimit(.minutes(2)))
struct ModuleLoaderTests {
    /// The error that loading brings; a module that loads fails the test.
    private func refusal(_ name: String, in folder: borrowing TemporaryFolder, sha256: String? = nil) throws -> ModuleLoadingError
    {
        let loader = ModuleLoader(directory: folder.path)
        let error = #expect(throws: ModuleLoadingError.self) { _ = try loader.load(name, sha256: sha256) }
        let refusal = try #require(error)
        let line = refusal.description
        #expect(line.hasPrefix("\(name): ") || name.contains("\n"))
        #expect(line.contains("; ") && !line.contains("\n"), "one line with cause and mend: \(line)")
        return refusal
    }

    @Test(
        "A name with a path, a hidden name or none is refused",
        arguments: ["", "..", ".", "a/b.so", "/lib/x.so", "../x.so", ".x.so", "a\0b"])
    func names(name: String) throws {
        let folder = try TemporaryFolder()
        #expect(throws: ModuleLoadingError(name, .invalidName)) {
            _ = try ModuleLoader(directory: folder.path).load(name, sha256: nil)
        }
    }

    @Test("A file that is missing brings the list of those that are there")
    func missing() throws {
        let folder = try TemporaryFolder()
        #expect(try refusal("libA.so", in: folder).reason == .notFound(directory: folder.path, available: []))
        try folder.write("", to: "libB.so")
        try folder.write("", to: "notes.txt")
        let error = try refusal("libA.so", in: folder)
        #expect(error.description == "libA.so: there is no such file in \(folder.path); there are libB.so")
    }

    @Test("A modules directory that is missing is named")
    func missingDirectory() throws {
        let error = #expect(throws: ModuleLoadingError.self) {
            _ = try ModuleLoader(directory: "/nonexistent/modules").load("libA.so", sha256: nil)
        }
        #expect(error?.reason == .directoryUnreadable(directory: "/nonexistent/modules", cause: "No such file or directory"))
    }

    @Test("A link out of the directory is refused; one within it is followed")
    func links() throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        let target = try outside.write("text", to: "libA.so")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/libA.so", withDestinationPath: target)
        #expect(try refusal("libA.so", in: folder).reason == .outsideDirectory(target: target, directory: folder.path))

        try folder.write("text", to: "inside")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/libB.so", withDestinationPath: "inside")
        #expect(try refusal("libB.so", in: folder).reason == .notASharedObject(found: "it does not start with \\x7fELF"))
    }

    @Test("A folder, a pipe and a file that everyone may write are refused")
    func kinds() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/libA.so", withIntermediateDirectories: false)
        #expect(try refusal("libA.so", in: folder).reason == .notARegularFile)
        #expect(mkfifo(folder.path + "/libB.so", 0o600) == 0)
        #expect(try refusal("libB.so", in: folder).reason == .notARegularFile)
        let file = try folder.write("text", to: "libC.so")
        try folder.setMode(0o666, of: "libC.so")
        #expect(try refusal("libC.so", in: folder).reason == .worldWritable(path: file))
    }

    @Test("What is no whole ELF shared object of this machine is told apart")
    func formats() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC("empty.c", to: folder.path + "/libGood.so")
        let good = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/libGood.so"))
        func patched(_ name: String, _ patches: [Int: UInt8], prefix: Int? = nil) throws -> ModuleLoadingError.Reason {
            var bytes = [UInt8](good)
            for (offset, byte) in patches { bytes[offset] = byte }
            try folder.write(Data(bytes.prefix(prefix ?? bytes.count)), to: name)
            return try refusal(name, in: folder).reason
        }
        let host = ["x86_64": "x86-64", "aarch64": "AArch64"][machine()] ?? ""
        let (other, otherName): (UInt8, String) = host == "x86-64" ? (183, "AArch64") : (62, "x86-64")

        #expect(try patched("libEmpty.so", [:], prefix: 0) == .notASharedObject(found: "the file is empty"))
        #expect(try patched("libText.so", [0: 0x23]) == .notASharedObject(found: "it does not start with \\x7fELF"))
        #expect(try patched("libHead.so", [:], prefix: 40) == .truncated)
        #expect(try patched("libHalf.so", [:], prefix: 4096) == .truncated)
        #expect(try patched("libOther.so", [18: other, 19: 0]) == .otherArchitecture(found: otherName, host: host))
        #expect(try patched("lib32.so", [4: 1, 18: 3]) == .otherArchitecture(found: "32-bit x86", host: host))
        #expect(try patched("libBig.so", [5: 2, 18: 0, 19: 22]) == .otherArchitecture(found: "S/390", host: host))
        #expect(try patched("libProgram.so", [16: 1]) == .notASharedObject(found: "it is an object file or an executable"))
        #expect(try patched("libTable.so", [39: 0xFF]) == .truncated)
    }

    @Test("A digest that differs keeps the file from being linked")
    func digests() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC("empty.c", to: folder.path + "/libA.so")
        let wrong = String(repeating: "0", count: 64)
        let error = try refusal("libA.so", in: folder, sha256: wrong)
        guard case .digestDiffers(wrong, let actual) = error.reason else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(!ModuleFixture.isLinked(folder.path + "/libA.so"))
        #expect(try refusal("libA.so", in: folder, sha256: actual).reason == .missingEntryPoint(symbol: ModuleEntry.abiSymbol))
        #expect(ModuleFixture.isLinked(folder.path + "/libA.so"), "with the right digest it is linked, from the file itself")
    }

    @Test("What the linker can't bind, another ABI, another compiler and an empty entry are refused before a Swift value crosses")
    func entries() async throws {
        let folder = try TemporaryFolder()
        let abi = ProviderABI.version
        let compiler = ProviderABI.compiler.description
        try await ModuleFixture.buildC("unlinkable.c", to: folder.path + "/libUnlinkable.so")
        try await ModuleFixture.buildC("entry.c", definitions: ["ABI": "\(abi + 1)"], to: folder.path + "/libABI.so")
        try await ModuleFixture.buildC(
            "entry.c", definitions: ["ABI": "\(abi)", "COMPILER": "\"5.9\\n2\""], to: folder.path + "/libCompiler.so")
        try await ModuleFixture.buildC(
            "entry.c", definitions: ["ABI": "\(abi)", "COMPILER": "\"\(compiler)\"", "RETURNS_NOTHING": "1"],
            to: folder.path + "/libNothing.so")

        guard case .notLinkable(let cause) = try refusal("libUnlinkable.so", in: folder).reason else {
            Issue.record("linked against nothing")
            return
        }
        #expect(cause.contains("gateway_test_symbol_that_nothing_defines") && !cause.contains("/proc/self/fd"))
        #expect(try refusal("libABI.so", in: folder).reason == .otherABI(module: abi + 1, host: abi))
        #expect(try refusal("libCompiler.so", in: folder).reason == .otherCompiler(module: "5.9?2", host: compiler))
        #expect(try refusal("libNothing.so", in: folder).reason == .noModule)
    }

    @Test("A file that is exchanged or written to after its digest was taken is not used")
    func changedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        for name in ["libExchanged.so", "libWritten.so"] {
            try await ModuleFixture.buildC("empty.c", to: "\(folder.path)/\(name)")
        }
        let other = try folder.write("text", to: "other")
        let exchanged = try ModuleFile(named: "libExchanged.so", in: folder.path)
        let written = try ModuleFile(named: "libWritten.so", in: folder.path)
        let wereUnchanged = (exchanged.isUnchanged, written.isUnchanged)
        #expect(wereUnchanged == (true, true))

        #expect(rename(other, folder.path + "/libExchanged.so") == 0)
        let handle = try #require(FileHandle(forWritingAtPath: folder.path + "/libWritten.so"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("tail".utf8))
        let refusals = [try linking(exchanged)?.reason, try linking(written)?.reason]
        #expect(refusals == [.changedMeanwhile, .changedMeanwhile])
    }

    /// The error that linking a checked file brings.
    private func linking(_ file: consuming ModuleFile) throws -> ModuleLoadingError? {
        do {
            _ = try SharedLibrary(file)
            return nil
        } catch let error as ModuleLoadingError {
            return error
        }
    }

    @Test("A module built with the SDK is loaded once, whatever the names of its copies, and its types are the host's")
    func wholeModule() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildSwift("example.swift", module: "Example", to: folder.path + "/libExample.so")
        try FileManager.default.copyItem(atPath: folder.path + "/libExample.so", toPath: folder.path + "/libCopy.so")
        let loader = ModuleLoader(directory: folder.path)

        let first = try loader.load("libExample.so", sha256: nil)
        #expect(first.path == folder.path + "/libExample.so")
        #expect(first.module.information == ModuleInformation(displayName: "Example", version: "1"))
        #expect(first.module.settingsSchema.settings.map(\.key) == ["greeting"])
        let again = try loader.load("libExample.so", sha256: first.digest)
        let copy = try loader.load("libCopy.so", sha256: first.digest)
        #expect(again.module.information.version == "1" && copy.module.information.version == "1")

        let configuration = try ConfigurationFixture.read(ConfigurationFixture.valid)
        let provider = try #require(configuration.providers.first)
        await #expect(throws: ProviderError.rejected(Rejection(.unsupported, message: "the example for mock makes no service"))) {
            _ = try await first.module.makeService(host: HostFakes.host(for: provider, settings: ProviderSettings([:])))
        }
    }

    private func machine() -> String {
        var name = utsname()
        guard uname(&name) == 0 else { return "" }
        return withUnsafeBytes(of: name.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
