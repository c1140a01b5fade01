import Foundation

/// Where the packages ProviderAPI and ProviderTestKit, and the template of a provider, are looked for.
struct SDKSearch {
    /// The folder of the gateway's executable.
    let executableDirectory: String

    /// The folder that holds the SDK's packages, absolute: that of `--sdk`, else that of `GATEWAY_SDK`, else `sdk` beside the
    /// executable, as in an installed gateway, else `Sources` of the checkout that the executable was built in.
    ///
    /// - Throws: ``ScaffoldError`` where a folder that was named is none, or none was found.
    func sdk(named option: String?, variable: String?) throws(ScaffoldError) -> String {
        if let option { return try named(option, by: "--sdk") }
        if let variable, !variable.isEmpty { return try named(variable, by: "GATEWAY_SDK") }
        if let found = ([executableDirectory + "/sdk"] + checkout("Sources")).first(where: Self.isSDK) { return found }
        throw ScaffoldError(
            "the SDK was not found: there is no sdk/ beside the gateway (\(executableDirectory)), and it was not built in a checkout. "
                + "Name the folder that holds ProviderAPI/ and ProviderTestKit/ with --sdk or GATEWAY_SDK")
    }

    /// The template's folder: `templates/provider` beside the executable, else `Templates/Provider` of the checkout.
    ///
    /// - Throws: ``ScaffoldError`` where there is none.
    func template() throws(ScaffoldError) -> String {
        let candidates = [executableDirectory + "/templates/provider"] + checkout("Templates/Provider")
        if let found = candidates.first(where: { Self.exists($0 + "/Package.swift") }) { return found }
        throw ScaffoldError(
            "the template of a provider was not found: there is no templates/provider beside the gateway (\(executableDirectory)), "
                + "and it was not built in a checkout. Run the gateway from the whole folder of its release, or from its checkout"
        )
    }

    private func named(_ path: String, by source: String) throws(ScaffoldError) -> String {
        let folder = URL(fileURLWithPath: path).standardizedFileURL.path
        if Self.isSDK(folder) { return folder }
        let correction =
            ["\(folder)/Sources", "\(folder)/sdk"].first(where: Self.isSDK).map { "did you mean \($0)?" }
            ?? "name the folder that holds both: sdk/ of an installed gateway, Sources/ of a checkout"
        throw ScaffoldError("\(source): \(folder) does not hold ProviderAPI/ and ProviderTestKit/; \(correction)")
    }

    /// `name` within the nearest folder above the executable that is a checkout.
    private func checkout(_ name: String) -> [String] {
        var folder = URL(fileURLWithPath: executableDirectory)
        while folder.path != "/" {
            if Self.isSDK(folder.path + "/Sources") { return ["\(folder.path)/\(name)"] }
            folder.deleteLastPathComponent()
        }
        return []
    }

    private static func isSDK(_ folder: String) -> Bool {
        ["ProviderAPI", "ProviderTestKit"].allSatisfy { exists("\(folder)/\($0)/Package.swift") }
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }
}
