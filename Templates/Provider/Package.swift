// swift-tools-version: 6.2

import PackageDescription

/// The folder with the gateway's SDK, the packages ProviderAPI and ProviderTestKit: `sdk` beside an installed gateway, or `Sources`
/// in a checkout of it. Without the variable it is the folder that `gateway provider new` found.
let sdk = Context.environment["GATEWAY_SDK"] ?? "../../Sources"

let providerAPI: Target.Dependency = .product(name: "ProviderAPI", package: "ProviderAPI")
let testKit: Target.Dependency = .product(name: "ProviderTestKit", package: "ProviderTestKit")

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "acme-pay-provider",
    products: [
        // libAcmePayProvider.so, which the gateway loads. It must be dynamic, and must bring along no package that the gateway
        // has too: both would have a copy of their own of each type. All that a provider needs comes from its ProviderHost.
        .library(name: "AcmePayProvider", type: .dynamic, targets: ["Entry"])
    ],
    dependencies: [
        .package(path: "\(sdk)/ProviderAPI"),
        .package(path: "\(sdk)/ProviderTestKit"),
    ],
    targets: [
        .target(name: "AcmePayProvider", dependencies: [providerAPI], swiftSettings: strict),
        // The C functions that the gateway looks for. They are apart, so that tests link the provider without them.
        .target(name: "Entry", dependencies: ["AcmePayProvider", providerAPI], swiftSettings: strict),
        .testTarget(
            name: "AcmePayProviderTests", dependencies: ["AcmePayProvider", providerAPI, testKit], swiftSettings: strict),
    ]
)
