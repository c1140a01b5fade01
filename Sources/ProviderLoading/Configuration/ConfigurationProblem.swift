/// A place in a file.
package struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
    /// The file, as the operator named it.
    package var file: String
    /// The line, counted from 1.
    package var line: Int
    /// The column, counted from 1 in Unicode scalars.
    package var column: Int

    /// A place in a file.
    package init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`, which editors and terminals turn into a link.
    package var description: String { "\(file):\(line):\(column)" }
}

/// Something in the configuration that has to be corrected, with where it stands and how to correct it.
///
/// Messages never hold a secret, nor a value that came out of the environment.
package struct ConfigurationProblem: Sendable, Hashable, CustomStringConvertible {
    /// Where a value comes from.
    package enum Origin: Sendable, Hashable, CustomStringConvertible {
        /// A place in a file.
        case file(SourceLocation)
        /// A flag or an environment variable, by its name: `--port`, `GATEWAY_PORT`.
        case override(String)

        /// The place or the name.
        package var description: String {
            switch self {
            case .file(let location): location.description
            case .override(let name): name
            }
        }
    }

    /// Where the value comes from.
    package var origin: Origin
    /// The keys that lead to the value, such as `providers[1].settings.api_base`; empty for the file as a whole.
    package var keyPath: String
    /// What is wrong, and what to do about it.
    package var message: String

    /// A problem at a place.
    package init(at origin: Origin, keyPath: String, message: String) {
        self.origin = origin
        self.keyPath = keyPath
        self.message = message
    }

    /// `file:line:column: key.path: message`.
    package var description: String {
        keyPath.isEmpty ? "\(origin): \(message)" : "\(origin): \(keyPath): \(message)"
    }

    /// Problems in the order of the file, those of flags and variables first; where both stand at one place, as they were found.
    static func inReadingOrder(_ problems: [ConfigurationProblem]) -> [ConfigurationProblem] {
        func place(_ problem: ConfigurationProblem) -> (Int, Int) {
            guard case .file(let location) = problem.origin else { return (0, 0) }
            return (location.line, location.column)
        }
        return problems.enumerated()
            .sorted { left, right in
                let (leftPlace, rightPlace) = (place(left.element), place(right.element))
                return leftPlace == rightPlace ? left.offset < right.offset : leftPlace < rightPlace
            }
            .map(\.element)
    }
}

/// Everything that is wrong with a configuration, at once.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, in the order of the file; never empty.
    package let problems: [ConfigurationProblem]
    /// As much of the configuration as could be read, with defaults in place of what is wrong: its providers' settings can still be
    /// checked, so that their mistakes are told in the same breath. Never to be served from.
    package let remains: GatewayConfiguration?
    /// The configuration without the providers that have mistakes, for a development gateway: nil where anything else is wrong, or
    /// nothing would be left.
    package let withoutBrokenProviders: GatewayConfiguration?

    /// An error of these problems.
    package init(
        _ problems: [ConfigurationProblem], remains: GatewayConfiguration? = nil,
        withoutBrokenProviders: GatewayConfiguration? = nil
    ) {
        self.problems = ConfigurationProblem.inReadingOrder(problems)
        self.remains = remains
        self.withoutBrokenProviders = withoutBrokenProviders
    }

    /// This error, and what came of loading the providers of what ``remains``.
    package func adding(_ report: LoadingReport) -> ConfigurationError {
        let known = Set(problems.map(\.keyPath))
        return ConfigurationError(problems + report.problems.filter { !known.contains($0.keyPath) })
    }

    /// One line for each problem.
    package var description: String {
        problems.map(\.description).joined(separator: "\n")
    }
}
