import CProcessGuard
import Foundation
import Glibc
import ProviderAPI

/// What the process of a probe does, and how it tells what came of it: a line when it begins, and a line at the end.
package enum ProbeAnswer {
    /// The first line: from now on the time counts that the module takes.
    static let beginning = Array("loading\n".utf8)

    /// What came of it: no refusal for a module that can be linked.
    struct Verdict: Codable {
        var refusal: ModuleLoadingError?
        /// Whether the module says that it is for tests.
        var isForTests: Bool?
    }

    /// Links a copy into this process, calls its entry, asks the module who it is and what it is set by, and writes down the verdict.
    ///
    /// The module's code runs without what it has no use for: see `process_guard_drop_privileges`. Where root runs the gateway, that
    /// includes the user, so that the module cannot look into the gateway's process or files.
    package static func give(forCopy path: String, named name: String) {
        write(beginning)
        var verdict = Verdict()
        do {
            let module = try SharedLibrary(withoutPrivileges(path), named: name).providerModule()
            verdict.isForTests = module.information.isForTests
            _ = module.settingsSchema
        } catch let error as ModuleLoadingError {
            verdict.refusal = error
        } catch {
            verdict.refusal = ModuleLoadingError(name, .notProbed(cause: "\(type(of: error))"))
        }
        write(Array((try? JSONEncoder().encode(verdict)) ?? Data()))
    }

    /// Gives up this process's privileges.
    ///
    /// - Returns: where the copy can be linked from afterwards. The file and its folder are its owner's alone.
    private static func withoutPrivileges(_ path: String) -> String {
        var readable = path
        if geteuid() == 0 {
            let copy = process_guard_copy_to_memory(path)
            // Another user could not read the module. Its environment holds no secret either way.
            guard copy >= 0 else { return path }
            // It stays open for as long as the process runs.
            readable = "/proc/self/fd/\(copy)"
        }
        // Where a container maps no other user, the module runs as this one.
        _ = process_guard_drop_privileges()
        return readable
    }

    /// Reads a whole answer.
    ///
    /// - Returns: nil where there is none, because the process ended before.
    static func verdict(in answer: [UInt8]) -> Verdict? {
        guard answer.starts(with: beginning) else { return nil }
        return try? JSONDecoder().decode(Verdict.self, from: Data(answer.dropFirst(beginning.count)))
    }

    private static func write(_ bytes: [UInt8]) {
        _ = Glibc.write(ShortLivedChild.answerDescriptor, bytes, bytes.count)
    }
}
