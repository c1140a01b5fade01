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
    package static func give(forCopy path: String, named name: String) {
        // It may crash: no core file, and no longer than the process that asks.
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        write(beginning)
        var verdict = Verdict()
        do {
            let module = try SharedLibrary(path, named: name).providerModule()
            verdict.isForTests = module.information.isForTests
            _ = module.settingsSchema
        } catch let error as ModuleLoadingError {
            verdict.refusal = error
        } catch {
            verdict.refusal = ModuleLoadingError(name, .notProbed(cause: "\(type(of: error))"))
        }
        write(Array((try? JSONEncoder().encode(verdict)) ?? Data()))
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
