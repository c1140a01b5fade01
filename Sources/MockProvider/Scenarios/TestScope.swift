import ProviderAPI

/// The payments of one test, so that tests that share a gateway do not disturb each other.
///
/// A payment belongs to the test that its metadata name: `"metadata": {"test_id": "checkout-17"}`. Commands with
/// `--test-id checkout-17` see and change the payments, the scenarios and the clock of that test only.
enum TestScope {
    /// The reserved key of a payment intent's metadata.
    static let metadataKey = "test_id"
    /// The option of commands.
    static let option = "--test-id"

    /// Takes `--test-id ID` out of a command's words.
    ///
    /// - Returns: the id; nil where the option is missing.
    /// - Throws: ``ProviderError/rejected(_:)`` where the option occurs twice, or its value is missing or cannot be a metadata value.
    static func take(from words: inout [String]) throws(ProviderError) -> String? {
        guard let index = words.firstIndex(of: option) else { return nil }
        guard index + 1 < words.count, (1...500).contains(words[index + 1].unicodeScalars.count) else {
            throw MockService.usage(
                "\(option) ID, with 1 to 500 characters, the value of a payment's metadata key \(metadataKey)")
        }
        let id = words[index + 1]
        words.removeSubrange(index...index + 1)
        guard !words.contains(option) else { throw MockService.usage("\(option) ID, once") }
        return id
    }

    /// Takes `--json` out of a command's words.
    ///
    /// - Returns: whether it was there.
    static func takeJSONFlag(from words: inout [String]) -> Bool {
        let count = words.count
        words.removeAll { $0 == "--json" }
        return words.count < count
    }
}
