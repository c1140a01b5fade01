// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "ProviderTestKit",
    products: [
        .library(name: "ProviderTestKit", targets: ["ProviderTestKit"])
    ],
    dependencies: [
        .package(path: "../ProviderAPI")
    ],
    targets: [
        .target(
            name: "ProviderTestKit",
            dependencies: [.product(name: "ProviderAPI", package: "ProviderAPI")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .treatAllWarnings(as: .error),
            ]
        )
    ]
)
