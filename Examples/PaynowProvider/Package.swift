// swift-tools-version: 6.2

import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let providerAPI: Target.Dependency = .product(name: "ProviderAPI", package: "ProviderAPI")

let package = Package(
    name: "PaynowProvider",
    products: [
        // libPaynowProvider.so, which the gateway loads.
        .library(name: "PaynowProvider", type: .dynamic, targets: ["PaynowProviderEntry"])
    ],
    dependencies: [
        .package(path: "../../Sources/ProviderAPI"),
        .package(path: "../../Sources/ProviderTestKit"),
    ],
    targets: [
        // A library that tests link, and an entry that only the module has: the C entry points bear the same names in every module.
        .target(name: "PaynowProvider", dependencies: [providerAPI], exclude: ["Entry"], swiftSettings: strict),
        .target(
            name: "PaynowProviderEntry",
            dependencies: ["PaynowProvider", providerAPI],
            path: "Sources/PaynowProvider/Entry",
            swiftSettings: strict
        ),
        .testTarget(
            name: "PaynowProviderTests",
            dependencies: ["PaynowProvider", providerAPI, .product(name: "ProviderTestKit", package: "ProviderTestKit")],
            swiftSettings: strict
        ),
    ]
)
