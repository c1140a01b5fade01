@testable import ProviderLoading

/// A small configuration that is right, for tests to spoil.
enum ConfigurationFixture {
    static let valid = """
        environment: development
        providers:
          - name: mock
            module: libMockProvider.so
            settings:
              webhook_secret: "${MOCK_SECRET:-}"
        routing:
          default: mock
        """

    /// Reads a text as `providers.yaml` of the folder `/etc/gateway`.
    static func read(
        _ text: String, variables: [String: String] = [:], overrides: ConfigurationOverrides = ConfigurationOverrides(),
        baseDirectory: String = "/etc/gateway"
    ) throws -> GatewayConfiguration {
        try GatewayConfiguration.read(
            text, file: "providers.yaml", baseDirectory: baseDirectory, variables: variables, overrides: overrides,
            executableDirectory: "/opt/gateway")
    }

    /// The lines of the error that a text brings; none where it is right.
    static func mistakes(
        _ text: String, variables: [String: String] = [:], overrides: ConfigurationOverrides = ConfigurationOverrides()
    ) throws -> [String] {
        do {
            _ = try read(text, variables: variables, overrides: overrides)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map(\.description)
        }
    }
}
