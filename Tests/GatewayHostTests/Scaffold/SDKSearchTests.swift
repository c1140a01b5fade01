import Foundation
import Testing

@testable import GatewayHost

@Suite("Finding the SDK and the template")
struct SDKSearchTests {
    /// Lets a folder hold the SDK's packages.
    private static func makeSDK(_ folder: String) throws {
        for package in ["ProviderAPI", "ProviderTestKit"] { try write("", to: "\(folder)/\(package)/Package.swift") }
    }

    @Test("--sdk comes before GATEWAY_SDK, that before sdk/ beside the executable, and that before the checkout")
    func order() throws {
        try withScaffoldFolder { folder in
            let bin = folder + "/checkout/.build/debug"
            for sdk in ["option", "variable", "checkout/.build/debug/sdk", "checkout/Sources"] {
                try Self.makeSDK("\(folder)/\(sdk)")
            }
            let search = SDKSearch(executableDirectory: bin)
            let variable = folder + "/variable"
            #expect(try search.sdk(named: folder + "/option", variable: variable) == folder + "/option")
            #expect(try search.sdk(named: nil, variable: variable) == variable)
            #expect(try search.sdk(named: nil, variable: "") == bin + "/sdk")
            try FileManager.default.removeItem(atPath: bin + "/sdk")
            #expect(try search.sdk(named: nil, variable: nil) == folder + "/checkout/Sources")
        }
    }

    @Test("A folder that was named and holds no SDK is an error, and one within it that does is pointed out")
    func named() throws {
        try withScaffoldFolder { folder in
            try Self.makeSDK(folder + "/checkout/Sources")
            let search = SDKSearch(executableDirectory: folder + "/checkout/.build/debug")
            let option = #expect(throws: ScaffoldError.self) { try search.sdk(named: folder + "/none", variable: nil) }
            #expect(option?.description.contains("--sdk: \(folder)/none does not hold") == true)
            let variable = #expect(throws: ScaffoldError.self) { try search.sdk(named: nil, variable: folder + "/checkout") }
            #expect(variable?.description.contains("GATEWAY_SDK") == true)
            #expect(variable?.description.contains("did you mean \(folder)/checkout/Sources?") == true)
        }
    }

    @Test("An executable alone says what it lacks and how to name it")
    func nothing() throws {
        try withScaffoldFolder { folder in
            let search = SDKSearch(executableDirectory: folder)
            let sdk = #expect(throws: ScaffoldError.self) { try search.sdk(named: nil, variable: nil) }
            #expect(sdk?.description.contains("--sdk or GATEWAY_SDK") == true)
            let template = #expect(throws: ScaffoldError.self) { try search.template() }
            #expect(template?.description.contains("templates/provider") == true)
        }
    }

    @Test("The template is found beside the executable, else in the checkout")
    func template() throws {
        try withScaffoldFolder { folder in
            let bin = folder + "/checkout/.build/debug"
            try Self.makeSDK(folder + "/checkout/Sources")
            try write("", to: folder + "/checkout/Templates/Provider/Package.swift")
            let search = SDKSearch(executableDirectory: bin)
            #expect(try search.template() == folder + "/checkout/Templates/Provider")
            try write("", to: bin + "/templates/provider/Package.swift")
            #expect(try search.template() == bin + "/templates/provider")
        }
    }
}
