/// A variable that only the environment has: it stands in no file, because it says where the files are.
package enum GatewayVariable: String, Sendable, CaseIterable {
    /// Where providers.yaml is.
    case configuration = "GATEWAY_CONFIG"
    /// Where the documentation pages' assets are.
    case webRoot = "GATEWAY_WEB_ROOT"
    /// Where the SDK's sources are.
    case sdk = "GATEWAY_SDK"

    /// What it says, for the reference.
    package var help: String {
        switch self {
        case .configuration:
            "The configuration file. `.env` is looked for beside it. `--config` wins over it. Default: `providers.yaml` in the working directory."
        case .webRoot: "The folder of the documentation pages' assets. Default: `web` beside the executable."
        case .sdk:
            "For `gateway provider new`: the folder of the SDK's packages. Default: `sdk` beside the executable, or this checkout."
        }
    }

    /// Its value in an environment; nil where it is unset or empty.
    package func value(in environment: [String: String]) -> String? {
        environment[rawValue].flatMap { $0.isEmpty ? nil : $0 }
    }
}
