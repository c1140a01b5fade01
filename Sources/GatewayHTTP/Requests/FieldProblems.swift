import GatewayCore

/// What is wrong with the fields of a request: all of it is counted, and the first of it is listed.
struct FieldProblems {
    /// How many wrong fields an answer lists. A small request must not cause a large answer.
    static let most = 20

    private var fields: [GatewayError.Field] = []
    private var count = 0

    /// Adds a wrong field.
    mutating func add(_ field: String, _ message: String) {
        count += 1
        if fields.count < Self.most { fields.append(GatewayError.Field(field, message)) }
    }

    /// Adds fields that are not known, the first ones in the order of their names.
    mutating func addUnknown(_ names: some Collection<String>, _ message: (String) -> GatewayError.Field) {
        let room = Self.most - fields.count
        fields += Self.smallest(max(0, room), of: names).map(message)
        count += names.count
    }

    /// - Throws: ``GatewayError/Code/invalidRequest`` where anything is wrong.
    func throwIfAny() throws {
        guard count > 0 else { return }
        throw GatewayError.invalid(fields, of: count)
    }

    /// The smallest of many names in order, without sorting all of them.
    private static func smallest(_ count: Int, of names: some Collection<String>) -> [String] {
        guard names.count > count else { return names.sorted() }
        var smallest: [String] = []
        for name in names {
            if smallest.count == count, let last = smallest.last, name >= last { continue }
            let index = smallest.firstIndex { name < $0 } ?? smallest.endIndex
            smallest.insert(name, at: index)
            if smallest.count > count { smallest.removeLast() }
        }
        return smallest
    }
}
