// swift-tools-version: 6.2

import PackageDescription

/// The language rules of the whole repository; see "Style" in CONTRIBUTING.md.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let providerAPI: Target.Dependency = .product(name: "ProviderAPI", package: "ProviderAPI")

let package = Package(
    name: "ProviderTestKit",
    products: [
        // What an author's tests import.
        .library(name: "ProviderTestKit", targets: ["ProviderTestKit"]),
        // The same suite without Testing, for `gateway certify`.
        .library(name: "ProviderConformance", targets: ["ProviderConformance"]),
    ],
    dependencies: [
        .package(path: "../ProviderAPI")
    ],
    targets: [
        .target(name: "ProviderConformance", dependencies: [providerAPI], swiftSettings: strict),
        .target(name: "ProviderTestKit", dependencies: ["ProviderConformance", providerAPI], swiftSettings: strict),
    ]
)
