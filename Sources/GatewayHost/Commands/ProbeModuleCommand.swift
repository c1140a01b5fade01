import ArgumentParser
import ProviderLoading

/// The process in which a module is tried before the gateway links it. Nobody else has a use for it.
struct ProbeModuleCommand: ParsableCommand {
    static let name = "probe-module"

    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Links a module, and tells its parent what came of it.", shouldDisplay: false)

    @Argument(help: "The copy to link.")
    var copy: String

    @Argument(help: "The module's name.")
    var module: String

    func run() {
        ProbeAnswer.give(forCopy: copy, named: module)
    }
}
