/// What makes a secret one that can be guessed. Production refuses such a secret; messages never show it.
enum SecretStrength {
    /// 128 bits of hexadecimal digits are twice as long; the shortest secrets of providers have more letters to choose from.
    static let minimumBytes = 16
    /// A random secret of ``minimumBytes`` hexadecimal digits has fewer different characters once in a million times.
    private static let minimumCharacters = 5
    /// No longer unit is looked for that is repeated.
    private static let longestUnit = 8

    /// Parts of the values that examples and guides show, in lower case.
    private static let placeholders = [
        "...", "<", "${", "change-me", "change_me", "changeme", "example", "your-", "your_", "yoursecret", "placeholder",
        "replace-",
        "replace_", "xxxx", "insert-", "insert_", "dummy", "password",
    ]

    /// Returns why a secret is weak, and what to do about it.
    ///
    /// - Parameter minimum: its least length in bytes.
    /// - Returns: nil for one that cannot be told from a random one.
    static func fault(of secret: String, minimum: Int = minimumBytes) -> String? {
        let bytes = Array(secret.utf8)
        let fix = "production refuses it; copy the real one, or make one with `openssl rand -hex 32`"
        if bytes.count < minimum { return "is shorter than \(minimum) bytes and can be guessed; \(fix)" }
        if Set(bytes).count < minimumCharacters || isRepeated(bytes) {
            return "repeats a few characters and can be guessed; \(fix)"
        }
        let lowered = secret.lowercased()
        if placeholders.contains(where: lowered.contains) { return "is a placeholder of an example; \(fix)" }
        return nil
    }

    /// Whether all of it is one short unit, again and again.
    private static func isRepeated(_ bytes: [UInt8]) -> Bool {
        (1...longestUnit).contains { unit in
            bytes.count >= 2 * unit && bytes.indices.dropFirst(unit).allSatisfy { bytes[$0] == bytes[$0 - unit] }
        }
    }
}
