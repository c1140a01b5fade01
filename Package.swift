// swift-tools-version: 6.2

import PackageDescription

/// Every target is held to the same language rules; see "Style" in CONTRIBUTING.md.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // An async function stays on the executor of its caller (SE-0461): a request passes dozens, and each hop costs.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Optimized in debug builds too: the tests explore hundreds of thousands of states, for which unoptimized code takes many minutes.
let optimized: [SwiftSetting] = strict + [.unsafeFlags(["-O"])]

let providerAPI: Target.Dependency = .product(name: "ProviderAPI", package: "ProviderAPI")
let conformance: Target.Dependency = .product(name: "ProviderConformance", package: "ProviderTestKit")
let testKit: Target.Dependency = .product(name: "ProviderTestKit", package: "ProviderTestKit")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

/// Packages that only other packages use, at the versions that this one is built and tested with: a product, the package, its version.
///
/// `Package.resolved` is not in git, so that these entries keep a build from taking newer ones. `scripts/check_packages.py` compares them
/// with what was resolved. Without traits of its own a package has those that the packages in between ask for.
let indirect: [(product: String, package: String, version: Version, traits: Set<Package.Dependency.Trait>)] = [
    ("Algorithms", "swift-algorithms", "1.2.1", [.defaults]),
    ("SwiftASN1", "swift-asn1", "1.7.4", [.defaults]),
    ("AsyncAlgorithms", "swift-async-algorithms", "1.1.4", [.defaults]),
    ("Atomics", "swift-atomics", "1.3.0", [.defaults]),
    ("X509", "swift-certificates", "1.21.1", [.defaults]),
    ("DequeModule", "swift-collections", "1.6.0", [.defaults]),
    ("Configuration", "swift-configuration", "1.4.0", []),
    ("Tracing", "swift-distributed-tracing", "1.7.3", [.defaults]),
    ("StructuredFieldValues", "swift-http-structured-headers", "1.7.0", [.defaults]),
    ("NIOHTTP2", "swift-nio-http2", "1.46.0", [.defaults]),
    ("NIOSSL", "swift-nio-ssl", "2.37.6", [.defaults]),
    ("NIOTransportServices", "swift-nio-transport-services", "1.28.0", [.defaults]),
    ("Numerics", "swift-numerics", "1.1.1", [.defaults]),
    ("ServiceContextModule", "swift-service-context", "1.5.1", [.defaults]),
    ("SystemPackage", "swift-system", "1.8.1", [.defaults]),
]
/// SwiftPM warns of a package that no target names. Named for another system, none of them is built for this one by being named.
let indirectProducts: [Target.Dependency] = indirect.map {
    .product(name: $0.product, package: $0.package, condition: .when(platforms: [.windows]))
}

let package = Package(
    name: "payment-gateway",
    products: [
        .executable(name: "gateway", targets: ["GatewayHost"]),
        // Loaded with dlopen from providers.yaml; nothing in the host links them.
        .library(name: "StripeProvider", type: .dynamic, targets: ["StripeProviderEntry"]),
        .library(name: "MockProvider", type: .dynamic, targets: ["MockProviderEntry"]),
        // For `make torture` only: preloaded into the gateway, it kills, fails and cuts the power at a chosen system call.
        .library(name: "Strikes", type: .dynamic, targets: ["Strikes"]),
        .executable(name: "gateway-torture", targets: ["GatewayTorture"]),
        .executable(name: "lifecycle-explorer", targets: ["lifecycle-explorer"]),
        .executable(name: "mock-rate", targets: ["MockRate"]),
        .executable(name: "ceiling", targets: ["Ceiling"]),
        // For `make bench` only: preloaded into the gateway, it makes each fdatasync last longer.
        .library(name: "SlowDisk", type: .dynamic, targets: ["SlowDisk"]),
    ],
    dependencies: [
        // A package of its own, because its types must exist once in the process:
        // a target of this package would be linked into every module anew.
        .package(path: "Sources/ProviderAPI"),
        .package(path: "Sources/ProviderTestKit"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ] + indirect.map { .package(url: "https://github.com/apple/\($0.package)", exact: $0.version, traits: $0.traits) },
    targets: [
        // The rules that decide about money: pure functions over values. It imports nothing.
        .target(name: "GatewayLifecycle", swiftSettings: optimized),
        .target(
            name: "GatewayCore",
            dependencies: ["GatewayLifecycle", providerAPI, logging, metrics, lifecycle],
            swiftSettings: strict
        ),
        .target(
            name: "GatewayStorage",
            dependencies: [
                "GatewayCore", "GatewayLifecycle", "CSQLiteConfiguration", providerAPI, logging,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        // SQLite's settings for the whole process, which Swift cannot make.
        .systemLibrary(name: "CSQLiteConfiguration"),
        // System calls that Swift cannot make, and a signal handler. In C.
        .target(name: "CProcessGuard"),
        // The C library's allocator, which Swift's module of the C library leaves out.
        .systemLibrary(name: "CMalloc"),
        .target(
            name: "ProviderLoading",
            dependencies: [
                "GatewayCore", "CProcessGuard", providerAPI, logging,
                .product(name: "Yams", package: "Yams"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "GatewayHTTP",
            dependencies: [
                "GatewayCore", "GatewayLifecycle", providerAPI, logging, metrics, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "GatewayHost",
            dependencies: [
                "GatewayCore", "GatewayLifecycle", "GatewayStorage", "ProviderLoading", "GatewayHTTP", "CMalloc", "CProcessGuard",
                providerAPI,
                conformance, logging, metrics, lifecycle,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ] + indirectProducts,
            swiftSettings: strict
        ),

        // Each provider is a library that tests link, and an entry of a few lines that only the module has:
        // the C entry points bear the same names in every module and may stand once in a test bundle.
        .target(name: "StripeProvider", dependencies: [providerAPI], exclude: ["Entry"], swiftSettings: strict),
        .target(
            name: "StripeProviderEntry",
            dependencies: ["StripeProvider", providerAPI],
            path: "Sources/StripeProvider/Entry",
            swiftSettings: strict
        ),
        .target(name: "MockProvider", dependencies: [providerAPI], exclude: ["Entry"], swiftSettings: strict),
        .target(
            name: "MockProviderEntry",
            dependencies: ["MockProvider", providerAPI],
            path: "Sources/MockProvider/Entry",
            swiftSettings: strict
        ),

        .testTarget(name: "ProviderAPITests", dependencies: [providerAPI], swiftSettings: strict),
        .testTarget(name: "StripeProviderTests", dependencies: ["StripeProvider", providerAPI, testKit], swiftSettings: strict),
        .testTarget(name: "MockProviderTests", dependencies: ["MockProvider", providerAPI, testKit], swiftSettings: strict),
        // A small provider with a flaw to choose, for the tests of the suite; with its entry it compiles to a module.
        .target(
            name: "FlawedProvider", dependencies: [providerAPI], path: "Tests/Fixtures/modules/flawed",
            exclude: ["Entry", "recording"], swiftSettings: strict
        ),
        .testTarget(
            name: "ProviderConformanceTests", dependencies: ["FlawedProvider", providerAPI, testKit, conformance],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayLifecycleTests", dependencies: ["GatewayLifecycle", "LifecycleExplorer"], swiftSettings: strict),
        .testTarget(
            name: "GatewayCoreTests",
            dependencies: [
                "GatewayCore", "GatewayLifecycle", "LifecycleExplorer", "GatewayStorage", "GatewayHarness", providerAPI, testKit,
                logging, lifecycle,
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayStorageTests",
            dependencies: [
                "GatewayStorage", "GatewayCore", "GatewayLifecycle", providerAPI, .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ProviderLoadingTests",
            dependencies: ["ProviderLoading", "GatewayCore", "GatewayHarness", providerAPI, logging],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayHTTPTests",
            dependencies: [
                "GatewayHTTP", "GatewayCore", "GatewayLifecycle", "GatewayStorage", "GatewayHarness", providerAPI, testKit,
                logging,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "GatewayHostTests",
            dependencies: [
                "GatewayHost", "GatewayHTTP", "GatewayHarness", "ProviderLoading", providerAPI, logging, metrics,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        // Starts the real executable with the real modules; it links nothing of them.
        .target(name: "GatewayHarness", dependencies: [providerAPI], path: "Tests/GatewayHarness", swiftSettings: strict),
        .testTarget(name: "IntegrationTests", dependencies: ["GatewayHarness", providerAPI], swiftSettings: strict),

        // The client example is a package of its own for whoever copies it. The tests build it here, where its dependencies are built.
        .executableTarget(
            name: "GatewayExample",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Examples/Clients/swift/Sources/GatewayExample",
            swiftSettings: strict
        ),

        // Run by hand; see the head of its file.
        .executableTarget(
            name: "MockRate", dependencies: ["MockProvider", conformance, providerAPI], path: "Benchmarks/MockRate",
            swiftSettings: strict
        ),
        // For `make bench`: what the gateway is compared with.
        .executableTarget(
            name: "Ceiling",
            dependencies: [
                "GatewayStorage", providerAPI, logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "JWTKit", package: "jwt-kit"),
            ],
            path: "Benchmarks/Ceiling",
            swiftSettings: strict
        ),
        .target(name: "SlowDisk", path: "Benchmarks/SlowDisk"),

        // Drives the state machine through every interleaving of a small world, and checks it in every state. See docs/lifecycle.md.
        .target(
            name: "LifecycleExplorer", dependencies: ["GatewayLifecycle"], path: "Torture/Explorer", swiftSettings: optimized),
        .executableTarget(
            name: "lifecycle-explorer", dependencies: ["GatewayLifecycle", "LifecycleExplorer"], path: "Torture/ExplorerRun",
            swiftSettings: strict),

        // `make torture`: strikes the real executable and compares its books with the provider's. See Torture/README.md.
        .target(name: "StrikePage", path: "Torture/StrikePage"),
        .target(
            name: "Strikes", dependencies: ["StrikePage"], path: "Torture/Strikes", linkerSettings: [.linkedLibrary("dl")]),
        .target(name: "StrikeControl", dependencies: ["StrikePage"], path: "Torture/StrikeControl", swiftSettings: strict),
        .target(
            name: "TortureBooks", dependencies: ["GatewayLifecycle", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Torture/Books",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "GatewayTorture",
            dependencies: [
                "GatewayHarness", "StrikeControl", "TortureBooks", providerAPI,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            path: "Torture/Run",
            swiftSettings: strict
        ),
        .testTarget(
            name: "TortureTests",
            dependencies: ["TortureBooks", "StrikeControl", "GatewayHarness", .product(name: "GRDB", package: "GRDB.swift")],
            exclude: ["Fixtures"],
            swiftSettings: strict
        ),
    ]
)
