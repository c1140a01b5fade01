import GatewayLifecycle
import Glibc
import LifecycleExplorer

/// `lifecycle-explorer`: searches everything that can happen to the payments of one order, and prints the shortest history to a violation.
@main
enum LifecycleExplorerCommand {
    private struct Options {
        var states = 1_000_000
        var profile = "all"
        var mutant: String?
        var isList = false
    }

    private static let usage = """
        usage: lifecycle-explorer [--states N] [--profile NAME] [--mutant NAME] [--list]
          --states N       ends each search after so many different states (1000000)
          --profile NAME   what may happen; "every" searches one profile after the other (all)
          --mutant NAME    a rule to break; "every" breaks one after the other
          --list           prints the names
        """

    static func main() {
        guard let options = options(CommandLine.arguments.dropFirst()) else {
            print(usage)
            exit(2)
        }
        if options.isList {
            print("profiles: \(Profile.every.map(\.name).joined(separator: ", "))")
            print("mutants: \(LifecycleMutants.all.map(\.name).joined(separator: ", "))")
            return
        }
        let mutants = LifecycleMutants.all.filter { $0.name == options.mutant || options.mutant == "every" }
        let profiles = Profile.every.filter { $0.name == options.profile || options.profile == "every" }
        if profiles.isEmpty || (options.mutant != nil && mutants.isEmpty) {
            print("There is no such profile or mutant. --list prints the names.")
            exit(2)
        }
        var isViolated = false
        if options.mutant == nil {
            for profile in profiles where search(profile, [], "", options.states) { isViolated = true }
        }
        for mutant in mutants {
            let isFound = profiles.contains { search($0, mutant.mutant, " with \(mutant.name)", options.states) }
            if isFound { isViolated = true } else { print("NOT FOUND: \(mutant.name)") }
        }
        if isViolated { exit(1) }
    }

    private static func options(_ arguments: ArraySlice<String>) -> Options? {
        var options = Options()
        var rest = arguments
        while let name = rest.popFirst() {
            if name == "--list" {
                options.isList = true
                continue
            }
            guard let value = rest.popFirst() else { return nil }
            switch name {
            case "--states":
                guard let states = Int(value), states > 0, states < Int(UInt32.max) else { return nil }
                options.states = states
            case "--profile": options.profile = value
            case "--mutant": options.mutant = value
            default: return nil
            }
        }
        return options
    }

    /// Searches, and prints what was found. Returns whether that is a violation.
    private static func search(_ profile: Profile, _ mutants: LifecycleMutants, _ title: String, _ states: Int) -> Bool {
        var result = Search.Result()
        let time = ContinuousClock().measure {
            var search = Search(profile, mutants: mutants, limit: states)
            result = search.run()
        }
        let end = result.isComplete ? "all" : "\(result.expanded) of them expanded"
        print(
            "\(profile.name)\(title): \(result.states) different states (\(end)), up to \(result.depth) moves, \(result.bits) bits, \(time)"
        )
        if let history = result.history { print(history) }
        return result.history != nil
    }
}
