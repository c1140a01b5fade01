import Foundation

/// Where the example's files lie.
enum ExamplePaths {
    private static let package = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// What the provider and Paynow say to each other, one file a case.
    static let recordings = package.appending(path: "Recordings").path

    /// The program that plays Paynow.
    static let simulator = package.appending(path: "simulator/paynow.py").path
}
