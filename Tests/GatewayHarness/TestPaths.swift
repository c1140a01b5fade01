package import Foundation

/// Where the things under test lie.
package enum TestPaths {
    /// The folder of the test bundle's executable: SwiftPM puts the gateway, its modules and the web assets beside it.
    package static let products = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    /// The gateway's executable.
    package static let gateway = products.appending(path: "gateway")

    /// The mock provider's module.
    package static let mockModule = products.appending(path: "libMockProvider.so")

    /// The root of the repository.
    package static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Scripts that the tests run.
    package static let fixtures = repository.appending(path: "Tests/Fixtures")

    /// The Python of the tests' own environment, which `make test` sets up with localstripe in it.
    package static var python: URL {
        if let path = ProcessInfo.processInfo.environment["GATEWAY_TEST_PYTHON"], !path.isEmpty { return URL(filePath: path) }
        return repository.appending(path: ".venv/bin/python")
    }
}

/// Something that the tests need is not there, or did not come up.
package struct HarnessError: Error, CustomStringConvertible {
    /// What, why, and what to do.
    package let description: String

    /// An error that says `description`.
    package init(_ description: String) {
        self.description = description
    }
}
