import Testing

@testable import TortureBooks

@Suite("Card numbers")
struct CardNumberTests {
    @Test(
        "A card number is found however it is written",
        arguments: [
            "4242424242424242", "4242 4242 4242 4242", "pan=4242-4242-4242-4242,", "378282246310005", "\"6011111111111117\"",
            "4222222222222",
        ])
    func found(text: String) {
        #expect(CardNumber.isContained(in: text))
    }

    @Test(
        "Other numbers are none: wrong check digit, times, ids, amounts",
        arguments: [
            "4242424242424241", "1795480272808", "1795480272808123456", "ch_4242424242424242", "4242424242424242-1", "4242.42",
            "a4242424242424242", "4242 4242 4242", "9999999999999999",
        ])
    func other(text: String) {
        #expect(!CardNumber.isContained(in: text))
    }
}
