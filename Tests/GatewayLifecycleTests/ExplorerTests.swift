import GatewayLifecycle
import LifecycleExplorer
import Testing

/// The search of everything that can happen, see `Torture/Explorer`. The long form is `make explore`.
@Suite
struct ExplorerTests {
    /// The profiles make more than 200,000 states together.
    static let statesOfEachProfile = 25_000

    @Test("The rules break nothing in any state that a profile reaches", arguments: Profile.every.map(\.name))
    func shippedRulesHold(profile: String) throws {
        var search = Search(try #require(Profile.named(profile)), limit: Self.statesOfEachProfile)
        let result = search.run()
        #expect(result.history == nil)
        #expect(result.states == Self.statesOfEachProfile)
    }

    @Test("Every broken rule is found, with a history of at most twelve steps", arguments: LifecycleMutants.all.map(\.name))
    func everyMutantIsFound(name: String) throws {
        let mutant = try #require(LifecycleMutants.all.first { $0.name == name }).mutant
        var found: Search.History?
        for limit in [2000, 20_000] {
            for profile in Profile.every where found == nil {
                var search = Search(profile, mutants: mutant, limit: limit)
                found = search.run().history
            }
        }
        let history = try #require(found, "no profile finds it")
        #expect(history.moves.count <= 12, "\(history)")
    }

    @Test("Two different worlds never have the same words", arguments: Profile.every.map(\.name))
    func wordsKeepEverything(profile: String) throws {
        let profile = try #require(Profile.named(profile))
        for traits in profile.traits {
            for seed in UInt64(1)...20 {
                var walk = RandomWalk(profile, traits: traits, seed: seed)
                for _ in 0..<30 where walk.step() != nil {
                    #expect(walk.world.decoded(walk.world.words) == walk.world)
                }
            }
        }
    }
}
