package import GatewayLifecycle

/// A breadth-first search of everything that can happen in a profile's worlds.
///
/// The states lie one behind the other in the order of their discovery, ten words each: the list is the frontier and the archive in one.
/// A table with open addressing finds a state by its words, not by a fingerprint, so that two states are never taken for one.
package struct Search: ~Copyable {
    private let start: World
    private let limit: Int
    private let states: UnsafeMutablePointer<UInt64>
    private let slots: UnsafeMutablePointer<UInt32>
    private let slotMask: Int
    private let parents: UnsafeMutablePointer<UInt32>
    /// The place of the move that led here, in the parent's list of moves.
    private let moves: UnsafeMutablePointer<UInt16>
    private let depths: UnsafeMutablePointer<UInt8>
    private var count = 0
    private var usedBits = 0

    /// What a search found.
    package struct Result: Sendable {
        /// How many different states were found.
        package var states = 0
        /// How many of them were expanded.
        package var expanded = 0
        /// How many moves lead to the last of them.
        package var depth = 0
        /// The most bits that a state took.
        package var bits = 0
        /// Whether there are no more states.
        package var isComplete = false
        /// The shortest history to a violation; nil where none was found.
        package var history: History?

        /// Nothing yet.
        package init() {}
    }

    /// A history that ends in a violation.
    package struct History: Sendable, CustomStringConvertible {
        /// What the provider can do.
        package let traits: Traits
        /// The moves.
        package let moves: [Move]
        /// What is wrong at their end.
        package let violation: Violation

        package var description: String {
            let lines = moves.enumerated().map { "  \($0.offset + 1). \($0.element)" }
            return (["\(violation). Shortest history, \(moves.count) steps (the provider \(traits)):"] + lines).joined(
                separator: "\n")
        }
    }

    /// Prepares a search for so many states.
    package init(_ profile: Profile, mutants: LifecycleMutants = [], limit: Int) {
        start = World(profile, mutants: mutants)
        self.limit = limit
        states = .allocate(capacity: limit * BitCoder.wordCount)
        var slotCount = 1024
        while slotCount < limit * 5 / 3 { slotCount *= 2 }
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: 0, count: slotCount)
        slotMask = slotCount - 1
        parents = .allocate(capacity: limit)
        moves = .allocate(capacity: limit)
        depths = .allocate(capacity: limit)
        for traits in profile.traits {
            _ = insert(World(profile, traits: traits, mutants: mutants), parent: 0, move: 0, depth: 0)
        }
    }

    deinit {
        states.deallocate()
        slots.deallocate()
        parents.deallocate()
        moves.deallocate()
        depths.deallocate()
    }

    /// Searches until so many states are found, or all, or a violation.
    ///
    /// One of `sampling` states is followed to its end, see ``World/checkEnd(_:)``; all up to the depth `closely` are.
    package mutating func run(sampling: Int = 16, closely: Int = 8) -> Result {
        var result = Result()
        var list: [Move] = []
        let roots = count
        var next = 0
        while next < count {
            let world = world(at: next)
            let depth = Int(depths[next])
            var trace = Trace()
            world.checkState(&trace)
            if depth <= closely || next % sampling == 0 { world.checkEnd(&trace) }
            if let violation = trace.violation {
                result.history = history(to: next, roots, nil, violation)
                break
            }
            list.removeAll(keepingCapacity: true)
            world.moves(into: &list)
            for (place, move) in list.enumerated() {
                var child = world
                var trace = Trace()
                child.apply(move, &trace)
                if let violation = trace.violation {
                    result.history = history(to: next, roots, move, violation)
                    break
                }
                if !insert(child, parent: next, move: place, depth: depth + 1) { break }
            }
            next += 1
            if result.history != nil || count == limit { break }
        }
        result.states = count
        result.expanded = next
        result.depth = count == 0 ? 0 : Int(depths[count - 1])
        result.bits = usedBits
        result.isComplete = result.history == nil && next == count
        return result
    }

    private func world(at index: Int) -> World {
        var world = start
        world.read(from: states + index * BitCoder.wordCount)
        return world
    }

    /// Adds a state unless it is known. Returns false where there is no more room.
    private mutating func insert(_ world: World, parent: Int, move: Int, depth: Int) -> Bool {
        guard count < limit else { return false }
        let new = states + count * BitCoder.wordCount
        usedBits = max(usedBits, world.write(to: new))
        var slot = hash(new) & slotMask
        while slots[slot] != 0 {
            if isEqual(new, states + (Int(slots[slot]) - 1) * BitCoder.wordCount) { return true }
            slot = (slot &+ 1) & slotMask
        }
        slots[slot] = UInt32(count + 1)
        parents[count] = UInt32(parent)
        moves[count] = UInt16(move)
        depths[count] = UInt8(min(depth, 255))
        count += 1
        return true
    }

    private func hash(_ words: UnsafeMutablePointer<UInt64>) -> Int {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        var index = 0
        while index < BitCoder.wordCount {
            hash = (hash ^ words[index]) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash &>> 32
            index &+= 1
        }
        return Int(truncatingIfNeeded: hash &>> 1)
    }

    private func isEqual(_ left: UnsafeMutablePointer<UInt64>, _ right: UnsafeMutablePointer<UInt64>) -> Bool {
        var index = 0
        while index < BitCoder.wordCount {
            if left[index] != right[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Follows the parents back to the beginning.
    private func history(to index: Int, _ roots: Int, _ last: Move?, _ violation: Violation) -> History {
        var places: [Int] = []
        var index = index
        while index >= roots {
            places.append(Int(moves[index]))
            index = Int(parents[index])
        }
        var world = world(at: index)
        var history: [Move] = []
        for place in places.reversed() {
            var list: [Move] = []
            world.moves(into: &list)
            history.append(list[place])
            var trace = Trace(isChecking: false)
            world.apply(list[place], &trace)
        }
        if let last { history.append(last) }
        return History(traits: world.traits, moves: history, violation: violation)
    }
}

extension Traits: CustomStringConvertible {
    package var description: String {
        let names: [(Traits, String, String)] = [
            (.remembersKeys, "remembers keys", "forgets keys"), (.finds, "finds creations", "finds no creations"),
            (.cancels, "cancels", "cannot cancel"), (.namesRefunds, "names refunds", "names no refunds"),
            (.isManual, "captures later", "captures at once"),
        ]
        return names.map { contains($0.0) ? $0.1 : $0.2 }.joined(separator: ", ")
    }
}
