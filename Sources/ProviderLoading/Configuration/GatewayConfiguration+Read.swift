import Foundation

extension GatewayConfiguration {
    /// More than any configuration needs.
    private static let sizeLimit = 1 << 20

    /// Reads and checks a file.
    ///
    /// - Parameters:
    ///   - path: the file; a relative path starts at the working directory.
    ///   - variables: the environment, `.env` merged in (see ``DotEnvFile/overlaid(by:)``).
    ///   - overrides: values of flags and `GATEWAY_...` variables.
    ///   - executableDirectory: where modules are unless the file says otherwise.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package static func read(
        path: String, variables: [String: String], overrides: ConfigurationOverrides = ConfigurationOverrides(),
        executableDirectory: String
    ) throws -> GatewayConfiguration {
        let text = try contents(of: path)
        let absolute = URL(fileURLWithPath: path).standardizedFileURL
        return try read(
            text, file: path, baseDirectory: absolute.deletingLastPathComponent().path, variables: variables,
            overrides: overrides, executableDirectory: executableDirectory,
            sources: [absolute.path, absolute.deletingLastPathComponent().path + "/.env"])
    }

    /// Reads and checks the text of a file.
    ///
    /// - Parameters:
    ///   - file: the file's name, for messages.
    ///   - baseDirectory: the folder that relative paths start at, absolute.
    ///   - variables: the environment, `.env` merged in.
    ///   - overrides: values of flags and `GATEWAY_...` variables.
    ///   - executableDirectory: where modules are unless the file says otherwise.
    ///   - sources: files that the configuration comes from, absolute. In production nobody else may be able to change them. One that
    ///     does not exist is left out.
    /// - Throws: ``ConfigurationError`` with everything that is wrong.
    package static func read(
        _ text: String, file: String, baseDirectory: String, variables: [String: String],
        overrides: ConfigurationOverrides = ConfigurationOverrides(), executableDirectory: String, sources: [String] = []
    ) throws -> GatewayConfiguration {
        let root = try ConfigurationDocument.parse(text, file: file)
        var reader = ConfigurationReader(
            substitution: Substitution(variables: variables), overrides: overrides, file: file, baseDirectory: baseDirectory,
            executableDirectory: executableDirectory,
            sources: sources.filter { FileManager.default.fileExists(atPath: $0) })
        return try reader.configuration(root)
    }

    private static func contents(of path: String) throws -> String {
        func refusal(_ message: String) -> ConfigurationError {
            let location = SourceLocation(file: path, line: 1, column: 1)
            return ConfigurationError([ConfigurationProblem(at: .file(location), keyPath: "", message: message)])
        }
        if let denial = FileAccess.denial(of: path) { throw refusal(denial) }
        var isDirectory = ObjCBool(false)
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw refusal("there is no such file; name one with --config or GATEWAY_CONFIG")
        }
        guard !isDirectory.boolValue else { throw refusal("is a folder; name the file in it, as in \(path)/providers.yaml") }
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: sizeLimit + 1) ?? Data()
        else {
            throw refusal("can't be read; check its permissions")
        }
        guard data.count <= sizeLimit else { throw refusal("is larger than 1 MiB, which no configuration is") }
        guard let text = String(data: data, encoding: .utf8) else { throw refusal("is not UTF-8 text; save it as UTF-8") }
        return text
    }
}
