extension JSONValue {
    /// Where `actual` differs from this value, one line each.
    ///
    /// - Parameter optional: members that are compared only where this value has them.
    func differences(from actual: JSONValue, optional: Set<String> = [], at path: String = "") -> [String] {
        switch (self, actual) {
        case (.object(let expected), .object(let found)):
            return Set(expected.keys).union(found.keys).sorted().flatMap { key -> [String] in
                let path = path.isEmpty ? key : "\(path).\(key)"
                switch (expected[key], found[key]) {
                case (let expected?, let found?): return expected.differences(from: found, optional: optional, at: path)
                case (let expected?, nil): return ["\(path): \(expected) is missing"]
                case (nil, let found?): return optional.contains(key) ? [] : ["\(path): \(found) is not expected"]
                case (nil, nil): return []
                }
            }
        case (.array(let expected), .array(let found)) where expected.count == found.count:
            return zip(expected, found).enumerated().flatMap { index, pair in
                pair.0.differences(from: pair.1, optional: optional, at: "\(path)[\(index)]")
            }
        default:
            let place = path.isEmpty ? "" : "\(path): "
            return self == actual ? [] : ["\(place)\(actual) in place of \(self)"]
        }
    }
}
