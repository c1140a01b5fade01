// swift-tools-version: 6.2

import PackageDescription

let package = Package(
    name: "ProviderAPI",
    products: [
        // Dynamic, so that the host and every module share one copy of each type.
        .library(name: "ProviderAPI", type: .dynamic, targets: ["ProviderAPI"])
    ],
    targets: [
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(
            name: "ProviderAPI",
            dependencies: ["CLibcrypto"],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .treatAllWarnings(as: .error),
                // A module built against an earlier SDK keeps working in a newer host
                // (stored properties, enum cases and defaulted requirements may be added).
                .unsafeFlags(["-enable-library-evolution"]),
            ]
        ),
    ]
)
