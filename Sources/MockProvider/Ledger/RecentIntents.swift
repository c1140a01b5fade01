/// The intents touched last, so that a payment's next step need not read the journal.
///
/// Two generations in place of a list by age: when the young one is full it becomes the old one, and the old one is forgotten.
struct RecentIntents: Sendable {
    private var young: [Int: IntentRecord] = [:]
    private var old: [Int: IntentRecord] = [:]

    private static let generation = 1024

    subscript(number: Int) -> IntentRecord? {
        young[number] ?? old[number]
    }

    mutating func remove(_ number: Int) {
        young[number] = nil
        old[number] = nil
    }

    mutating func insert(_ intent: IntentRecord) {
        if young.count >= Self.generation {
            old = young
            young = [:]
        }
        young[intent.number] = intent
    }
}
