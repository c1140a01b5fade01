import Foundation
import GatewayHarness
import Glibc
import ProviderAPI
import Synchronization
import Testing

@testable import ProviderLoading

@Suite("Loading modules", .timeLimit(.minutes(10)))
struct ModuleLoaderTests {
    /// Lets every module pass, and keeps their names.
    private final class OpenDoor: ModuleProbing {
        private let passed = Mutex<[String]>([])
        var names: [String] { passed.withLock { $0 } }

        func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule {
            passed.withLock { $0.append(candidate.name) }
            return ProbedModule()
        }
    }

    private func loader(of path: String, probe: any ModuleProbing = OpenDoor()) -> ModuleLoader {
        ModuleLoader(directory: path, copies: ModuleCopies(directory: path + "/copies"), probe: probe)
    }

    /// The error that loading brings; a module that loads fails the test.
    private func refusal(
        _ name: String, in path: String, sha256: String? = nil, probe: any ModuleProbing = OpenDoor()
    ) async throws -> ModuleLoadingError {
        let loader = loader(of: path, probe: probe)
        let error = await #expect(throws: ModuleLoadingError.self) { _ = try await loader.load(name, sha256: sha256) }
        let refusal = try #require(error)
        let line = refusal.description
        #expect(line.hasPrefix("\(name): ") || name.contains("\n"))
        #expect(line.contains("; ") && !line.contains("\n"), "one line with cause and correction: \(line)")
        return refusal
    }

    @Test(
        "A name with a path, a hidden name or none is refused",
        arguments: ["", "..", ".", "a/b.so", "/lib/x.so", "../x.so", ".x.so", "a\0b"])
    func names(name: String) async throws {
        let folder = try TemporaryFolder()
        let loader = loader(of: folder.path)
        await #expect(throws: ModuleLoadingError(name, .invalidName)) {
            _ = try await loader.load(name, sha256: nil)
        }
    }

    @Test("A module that is only tried out is known with its certificate")
    func certificateOfTrial() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC(
            "entry.c", definitions: ["ABI": "\(ProviderABI.version)", "COMPILER": "\"5.9\""], to: folder.path + "/libA.so")
        let probed = try await loader(of: folder.path).tryOut("libA.so")
        #expect(probed.certificate == .missing(path: folder.path + "/libA.so.certificate.json"))
    }

    @Test("A file that is missing brings the list of those that are there")
    func missing() async throws {
        let folder = try TemporaryFolder()
        #expect(try await refusal("libA.so", in: folder.path).reason == .notFound(directory: folder.path, available: []))
        try folder.write("", to: "libB.so")
        try folder.write("", to: "notes.txt")
        let error = try await refusal("libA.so", in: folder.path)
        #expect(error.description == "libA.so: there is no such file in \(folder.path); there are libB.so")
    }

    @Test("A modules directory that is missing is named")
    func missingDirectory() async throws {
        let loader = loader(of: "/nonexistent/modules")
        let error = await #expect(throws: ModuleLoadingError.self) { _ = try await loader.load("libA.so", sha256: nil) }
        #expect(error?.reason == .directoryUnreadable(directory: "/nonexistent/modules", cause: "No such file or directory"))
    }

    @Test("A link out of the directory is refused; one within it is followed")
    func links() async throws {
        let folder = try TemporaryFolder()
        let outside = try TemporaryFolder()
        let target = try outside.write("text", to: "libA.so")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/libA.so", withDestinationPath: target)
        #expect(try await refusal("libA.so", in: folder.path).reason == .outsideDirectory(target: target, directory: folder.path))

        try folder.write("text", to: "inside")
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/libB.so", withDestinationPath: "inside")
        #expect(
            try await refusal("libB.so", in: folder.path).reason == .notASharedObject(found: "it does not start with \\x7fELF"))
    }

    @Test("A folder, a pipe and a file that everyone may write are refused")
    func kinds() async throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.path + "/libA.so", withIntermediateDirectories: false)
        #expect(try await refusal("libA.so", in: folder.path).reason == .notARegularFile)
        #expect(mkfifo(folder.path + "/libB.so", 0o600) == 0)
        #expect(try await refusal("libB.so", in: folder.path).reason == .notARegularFile)
        let file = try folder.write("text", to: "libC.so")
        try folder.setMode(0o666, of: "libC.so")
        #expect(try await refusal("libC.so", in: folder.path).reason == .worldWritable(path: file))
    }

    @Test("What is no whole ELF shared object of this machine is told apart")
    func formats() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC("empty.c", to: folder.path + "/libGood.so")
        let good = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/libGood.so"))
        let path = folder.path
        func patched(_ name: String, _ patches: [Int: UInt8], prefix: Int? = nil) async throws -> ModuleLoadingError.Reason {
            var bytes = [UInt8](good)
            for (offset, byte) in patches { bytes[offset] = byte }
            try Data(bytes.prefix(prefix ?? bytes.count)).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
            return try await refusal(name, in: path).reason
        }
        let host = ["x86_64": "x86-64", "aarch64": "AArch64"][machine()] ?? ""
        let (other, otherName): (UInt8, String) = host == "x86-64" ? (183, "AArch64") : (62, "x86-64")

        #expect(try await patched("libEmpty.so", [:], prefix: 0) == .notASharedObject(found: "the file is empty"))
        #expect(try await patched("libText.so", [0: 0x23]) == .notASharedObject(found: "it does not start with \\x7fELF"))
        #expect(try await patched("libHead.so", [:], prefix: 40) == .truncated)
        #expect(try await patched("libHalf.so", [:], prefix: 4096) == .truncated)
        #expect(try await patched("libOther.so", [18: other, 19: 0]) == .otherArchitecture(found: otherName, host: host))
        #expect(try await patched("lib32.so", [4: 1, 18: 3]) == .otherArchitecture(found: "32-bit x86", host: host))
        #expect(try await patched("libBig.so", [5: 2, 18: 0, 19: 22]) == .otherArchitecture(found: "S/390", host: host))
        #expect(try await patched("libProgram.so", [16: 1]) == .notASharedObject(found: "it is an object file or an executable"))
        #expect(try await patched("libTable.so", [39: 0xFF]) == .truncated)
    }

    @Test("A digest that differs keeps the file from being linked")
    func digests() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC("empty.c", to: folder.path + "/libDigests.so")
        let wrong = String(repeating: "0", count: 64)
        let error = try await refusal("libDigests.so", in: folder.path, sha256: wrong)
        guard case .digestDiffers(wrong, let actual) = error.reason else {
            Issue.record("unexpected: \(error)")
            return
        }
        #expect(!LinkedLibraries.contain("libDigests.so"))
        #expect(
            try await refusal("libDigests.so", in: folder.path, sha256: actual).reason
                == .missingEntryPoint(symbol: ModuleEntry.abiSymbol))
        #expect(LinkedLibraries.contain("libDigests.so"), "with the right digest it is linked")
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

        guard case .notLinkable(let cause) = try await refusal("libUnlinkable.so", in: folder.path).reason else {
            Issue.record("linked against nothing")
            return
        }
        #expect(cause.contains("gateway_test_symbol_that_nothing_defines") && !cause.contains(folder.path))
        #expect(try await refusal("libABI.so", in: folder.path).reason == .otherABI(module: abi + 1, host: abi))
        #expect(try await refusal("libCompiler.so", in: folder.path).reason == .otherCompiler(module: "5.9?2", host: compiler))
        #expect(try await refusal("libNothing.so", in: folder.path).reason == .noModule)
    }

    @Test("A copy is made of the file that was digested: one that takes its name is not seen, one written to is refused")
    func changedMeanwhile() async throws {
        let folder = try TemporaryFolder()
        for name in ["libExchanged.so", "libWritten.so"] {
            try await ModuleFixture.buildC("empty.c", to: "\(folder.path)/\(name)")
        }
        let other = try folder.write("text", to: "other")
        let exchanged = try ModuleFile(named: "libExchanged.so", in: folder.path)
        let written = try ModuleFile(named: "libWritten.so", in: folder.path)
        #expect(rename(other, folder.path + "/libExchanged.so") == 0)
        let handle = try #require(FileHandle(forWritingAtPath: folder.path + "/libWritten.so"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("tail".utf8))

        let copies = ModuleCopies(directory: folder.path + "/copies")
        let copy = try copies.copy(exchanged)
        let isSame = try ModuleFile(named: "libExchanged.so", in: copiesFolder(of: copy)).digest == exchanged.digest
        #expect(isSame)
        var refusal: ModuleLoadingError.Reason?
        do { _ = try copies.copy(written) } catch let error as ModuleLoadingError { refusal = error.reason }
        #expect(refusal == .changedMeanwhile)
    }

    private func copiesFolder(of copy: String) -> String {
        URL(fileURLWithPath: copy).deletingLastPathComponent().path
    }

    @Test("A copy that somebody has changed is made anew, and a folder that others may write to is not used")
    func copies() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildC("empty.c", to: folder.path + "/libA.so")
        let copies = ModuleCopies(directory: folder.path + "/copies")
        let file = try ModuleFile(named: "libA.so", in: folder.path)
        let copy = try copies.copy(file)
        #expect(copy == "\(folder.path)/copies/\(file.digest)/libA.so")
        let manager = FileManager.default
        try manager.removeItem(atPath: copy)
        try Data("other".utf8).write(to: URL(fileURLWithPath: copy))
        #expect(try copies.copy(file) == copy)
        #expect(manager.contents(atPath: copy) == manager.contents(atPath: folder.path + "/libA.so"))
        #expect(try manager.attributesOfItem(atPath: copy)[.posixPermissions] as? Int == 0o500)

        #expect(chmod(folder.path + "/copies", 0o777) == 0)
        let elsewhere = try copies.copy(file)
        #expect(!elsewhere.hasPrefix(folder.path) && manager.fileExists(atPath: elsewhere))

        #expect(chmod(folder.path + "/copies", 0o700) == 0)
        copies.remove(allBut: [file.digest])
        #expect(manager.fileExists(atPath: copy))
        copies.remove(allBut: [])
        #expect(!manager.fileExists(atPath: copy))
    }

    @Test("A module that the probe refuses is not linked; one that is there already is not probed again")
    func probing() async throws {
        struct Refusal: ModuleProbing {
            func probe(_ candidate: ModuleCandidate) async throws -> ProbedModule {
                throw ModuleLoadingError(candidate.name, .hung(afterSeconds: 4))
            }
        }
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildSwift(["example.swift"], module: "Probed", to: folder.path + "/libProbed.so")
        #expect(try await refusal("libProbed.so", in: folder.path, probe: Refusal()).reason == .hung(afterSeconds: 4))
        #expect(!LinkedLibraries.contain("libProbed.so"))
        let door = OpenDoor()
        let loader = loader(of: folder.path, probe: door)
        _ = try await loader.load("libProbed.so", sha256: nil)
        _ = try await loader.load("libProbed.so", sha256: nil)
        #expect(LinkedLibraries.contain("libProbed.so"))
        #expect(door.names == ["libProbed.so"])
    }

    @Test("A file that was changed is another module: its new code runs, and that of before goes on running")
    func changedFile() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/libChanging.so"
        let loader = loader(of: folder.path)
        var modules: [any ProviderModule] = []
        for name in ["First", "Second"] {
            try await ModuleFixture.buildSwift(
                ["example.swift"], module: "Changing", definitions: ["NAMED_\(name.uppercased())"], to: path)
            modules.append(try await loader.load("libChanging.so", sha256: nil).module)
        }
        #expect(modules.map(\.information.displayName) == ["First", "Second"])
        #expect(modules.map(\.settingsSchema.settings.count) == [1, 1])
    }

    @Test("A module built with the SDK is loaded once, whatever the names of its copies, and its types are the host's")
    func wholeModule() async throws {
        let folder = try TemporaryFolder()
        try await ModuleFixture.buildSwift(["example.swift"], module: "Example", to: folder.path + "/libExample.so")
        try FileManager.default.copyItem(atPath: folder.path + "/libExample.so", toPath: folder.path + "/libCopy.so")
        let loader = loader(of: folder.path)

        let first = try await loader.load("libExample.so", sha256: nil)
        #expect(first.path == folder.path + "/libExample.so")
        #expect(first.module.information == ModuleInformation(displayName: "Example", version: "1"))
        #expect(first.module.settingsSchema.settings.map(\.key) == ["greeting"])
        let again = try await loader.load("libExample.so", sha256: first.digest)
        let copy = try await loader.load("libCopy.so", sha256: first.digest)
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
