import Foundation
import ProviderAPI
import ProviderLoading

extension ModuleLoader {
    /// The loader of a gateway: copies are kept in `var/modules` beside providers.yaml, and this program tries modules first.
    static func forProviders(of configuration: GatewayConfiguration) -> ModuleLoader {
        ModuleLoader(
            directory: configuration.modulesDirectory,
            copies: ModuleCopies(directory: copiesDirectory(of: configuration)),
            probe: ModuleProbe.byThisProgram, requiresTrust: configuration.environment == .production)
    }

    static func copiesDirectory(of configuration: GatewayConfiguration) -> String {
        configuration.baseDirectory + "/var/modules"
    }
}

extension ModuleProbe {
    /// The probe that runs this program again, with ``ProbeModuleCommand``.
    static var byThisProgram: ModuleProbe {
        ModuleProbe(executable: "/proc/self/exe", command: ProbeModuleCommand.name, host: host)
    }

    /// This build of the gateway and of the SDK beside it: where either is another, a module is tried anew.
    private static var host: String {
        let marks = ["gateway", "libProviderAPI.so"].map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(Executable.directory)/\(name)")
            let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            return "\(name) \(attributes?[.systemFileNumber] ?? 0) \(attributes?[.size] ?? 0) \(time)"
        }
        return ([Version.current] + marks).joined(separator: "\n")
    }
}
