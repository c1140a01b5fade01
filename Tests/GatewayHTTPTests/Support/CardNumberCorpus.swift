import Testing

/// Spellings of card numbers, and texts that resemble one and are none. Test numbers of the networks: no card has them.
enum CardNumberCorpus {
    /// A text with its name.
    struct Entry: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String

        init(_ name: String, _ text: String) {
            self.name = name
            self.text = text
        }

        var testDescription: String { name }
    }

    /// Ways to write a card number.
    static let spellings: [Entry] = plain + separated + otherDigits + embedded + magneticStripes

    private static let plain: [Entry] = [
        Entry("Visa", "4242424242424242"), Entry("Visa of 19 digits", "4000000000000000006"),
        Entry("Visa of 13 digits", "4222222222222"),
        Entry("Mastercard", "5555555555554444"), Entry("Mastercard of the 2 series", "2223003122003222"),
        Entry("American Express", "378282246310005"), Entry("Discover", "6011111111111117"),
        Entry("Diners Club", "3056930009020004"),
        Entry("Diners Club of 14 digits", "36227206271667"), Entry("JCB", "3566002020360505"),
        Entry("UnionPay", "6200000000000005"),
        Entry("Maestro", "6759649826438453"),
    ]

    /// The same number with each separator between its groups of four.
    private static let separated: [Entry] =
        [
            ("spaces", " "), ("two spaces", "  "), ("dashes", "-"), ("dashes with spaces", " - "), ("dots", "."),
            ("slashes", "/"),
            ("backslashes", "\\"), ("underscores", "_"), ("commas", ","), ("commas with spaces", ", "), ("colons", ":"),
            ("semicolons", ";"),
            ("pipes", "|"), ("asterisks", "*"), ("plus signs", "+"), ("equals signs", "="), ("tildes", "~"),
            ("number signs", "#"),
            ("tabs", "\t"), ("newlines", "\n"), ("carriage returns and newlines", "\r\n"), ("brackets", ")("),
            ("quotes", "\",\""),
            ("apostrophes", "'"), ("middle dots", "\u{B7}"), ("bullets", "\u{2022}"), ("non-breaking spaces", "\u{A0}"),
            ("thin spaces", "\u{2009}"), ("ideographic spaces", "\u{3000}"), ("zero-width spaces", "\u{200B}"),
            ("zero-width joiners", "\u{200D}"), ("soft hyphens", "\u{AD}"), ("byte order marks", "\u{FEFF}"),
            ("en dashes", "\u{2013}"),
            ("em dashes", "\u{2014}"), ("non-breaking hyphens", "\u{2011}"), ("minus signs", "\u{2212}"),
            ("Japanese sound marks", "\u{30FC}"), ("fullwidth dots", "\u{FF0E}"), ("fullwidth dashes", "\u{FF0D}"),
            ("line separators", "\u{2028}"), ("combining graphemes", "\u{34F}"), ("Hangul fillers", "\u{3164}"),
            ("emoji", "\u{1F4B3}"),
        ].map { Entry("groups with \($0)", ["4242", "4242", "4242", "4242"].joined(separator: $1)) }
        + [(" ", "a space"), ("-", "a dash"), (".", "a dot"), ("/", "a slash"), ("_", "an underscore"), ("\u{200B}", "no width")]
        .map { separator, name in Entry("digits with \(name)", "4242424242424242".map(String.init).joined(separator: separator)) }
        + [
            Entry("pairs with slashes", "42/42/42/42/42/42/42/42"), Entry("halves with a slash", "42424242/42424242"),
            Entry("American Express with slashes", "3782/822463/10005"), Entry("American Express with dots", "3782.822463.10005"),
            Entry("several separators", "4242-4242 4242.4242"), Entry("groups in brackets", "(4242)(4242)(4242)(4242)"),
            Entry("a list of JSON", #"["4242","4242","4242","4242"]"#),
        ]

    private static let otherDigits: [Entry] = [
        Entry("fullwidth digits", "４２４２４２４２４２４２４２４２"), Entry("fullwidth digits with spaces", "４２４２　４２４２　４２４２　４２４２"),
        Entry("superscripts", "⁴²⁴²⁴²⁴²⁴²⁴²⁴²⁴²"), Entry("subscripts", "₄₂₄₂₄₂₄₂₄₂₄₂₄₂₄₂"),
        Entry("Arabic digits", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢"),
        Entry("Persian digits", "۴۲۴۲۴۲۴۲۴۲۴۲۴۲۴۲"), Entry("Devanagari digits", "४२४२४२४२४२४२४२४२"),
        Entry("bold digits", "𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐"),
        Entry("double-struck digits", "𝟜𝟚𝟜𝟚𝟜𝟚𝟜𝟚𝟜𝟚𝟜𝟚𝟜𝟚𝟜𝟚"), Entry("circled digits", "④②④②④②④②④②④②④②④②"),
        Entry("negative circled digits", "❹❷❹❷❹❷❹❷❹❷❹❷❹❷❹❷"), Entry("digits in brackets", "⑷⑵⑷⑵⑷⑵⑷⑵⑷⑵⑷⑵⑷⑵⑷⑵"),
        Entry("digits with full stops", "⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉⒋⒉"), Entry("circled numbers", "㊷㊷㊷㊷㊷㊷㊷㊷"),
        Entry("keycaps", "4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣4️⃣2️⃣"), Entry("Chinese numerals", "四二四二四二四二四二四二四二四二"),
        Entry("struck-through digits", "4\u{336}2\u{336}4\u{336}2\u{336}4\u{336}2\u{336}4\u{336}2\u{336}4242 4242"),
        Entry("several scripts", "４²④２-٤٢٤٢-4242-𝟒𝟐𝟒𝟐"),
    ]

    private static let embedded: [Entry] = [
        Entry("a sentence", "my card is 5555555555554444, thanks"), Entry("behind a word", "VISA4242424242424242"),
        Entry("between letters", "a4242424242424242z"), Entry("beside an expiry date", "4242 4242 4242 4242 12/27"),
        Entry("beside a security code", "4242/4242/4242/4242/123"),
        Entry("behind an order's number", "order 17 4242 4242 4242 4242"),
        Entry("with decimals", "4242424242424242.00"), Entry("negative", "-4242424242424242"),
        Entry("in a form", "card=4242424242424242&cvc=123"),
        Entry("an e-mail address", "4242424242424242@shop.example"), Entry("a URL", "https://shop.example/4242-4242-4242-4242"),
        Entry("beside a UUID", "61661212-2001-4840-a89c-35a8d2ea0039 4242424242424242"),
        Entry("in quotes", "\"4242424242424242\""),
        Entry("two numbers", "4242424242424241 4242424242424242"),
    ]

    private static let magneticStripes: [Entry] = [
        Entry("track 1", "%B4242424242424242^DOE/JANE^27122011234567890?"),
        Entry("track 2", ";4242424242424242=27122011234567890?"),
        Entry("track 2 in hexadecimal digits", "4242424242424242D27122011234567890F"),
        Entry("track 2 in lower case with sentinels", "b4242424242424242d27122011234567890f"),
        Entry("track 2 of 19 digits", "4000000000000000006D2712201123456789F"),
    ]

    /// Texts that clients send, and that must pass.
    static let innocent: [Entry] = numbers + times + amounts + identifiers + prose

    private static let numbers: [Entry] = [
        Entry("a wrong check digit", "4242424242424241"), Entry("a wrong check digit, grouped", "4242 4242 4242 4241"),
        Entry("a wrong check digit, fullwidth", "４２４２４２４２４２４２４２４１"), Entry("an order's number", "1234567890123"),
        Entry("an order's number of 16 digits", "4000123412341235"), Entry("no network's prefix", "9999999999999995"),
        Entry("twelve digits", "424242424242"), Entry("twenty digits", "42424242424242424242"),
        Entry("a date's number", "20260108010000001"),
        Entry("an ISBN", "9780306406157"), Entry("an ISBN with dashes", "978-0-306-40615-7"),
        Entry("an IBAN", "DE89 3704 0044 0532 0130 00"),
        Entry("a tracking number", "9400 1000 0000 0000 0000 00"),
        Entry("many digits", String(repeating: "4242424242424242", count: 3)),
    ]

    private static let times: [Entry] = [
        Entry("seconds", "1767834000"), Entry("milliseconds", "1767834000123"), Entry("microseconds", "1767834000123456"),
        Entry("nanoseconds", "1767834000123456789"), Entry("RFC 3339", "2026-01-08T01:00:00.000Z"),
        Entry("a span", "2026-01-08 01:00:00 2026-01-09 01:00:00"), Entry("days", "30/11/2026, 30/12/2026"),
        Entry("days with dots", "30.11.2026 - 30.12.2026"), Entry("hours", "12:30:45.123, 12:31:10.456"),
        Entry("years", "2019, 2020, 2021, 2022"),
        Entry("a span of days", "20260108/20260109"),
    ]

    private static let amounts: [Entry] = [
        Entry("an amount", "99.99"), Entry("a large amount", "9999999999.99"), Entry("amounts", "40.00, 45.50, 50.25, 55.75"),
        Entry("amounts with commas", "40,00 45,50 50,25 55,75"), Entry("amounts in lines", "40.00\n45.50\n50.25\n55.75"),
        Entry("round amounts", "4000, 4500, 5000, 5500, 6000, 6500"), Entry("thousands", "1,234,567.89"),
        Entry("a double", "48.85837009999999"),
        Entry("a place on Earth", "48.858370, 2.294481"), Entry("sizes", "Sizes 38 40 42 44 46 48 50 52"),
        Entry("an exponent", "1e16"),
        Entry("quantities", "12 x 4.50, 3 x 17.25, 1 x 199.00"),
    ]

    private static let identifiers: [Entry] = [
        Entry("a UUID", "61661212-2001-4840-a89c-35a8d2ea0039"),
        Entry("a UUID of digits", "42424242-4242-4242-a000-000000000000"),
        Entry("a UUID that ends in digits", "00000000-0000-4424-8242-424242424242"),
        Entry("an intent", "pi_3MtwBwLkdIwHu7ix28a3tqPa"),
        Entry("a token", "pm_card_visa"), Entry("a refund", "re_1Nispe2eZvKYlo2Cd31jOCgZ"), Entry("a customer", "cus_4242424242"),
        Entry("an object id", "507f1f77bcf86cd799439011"),
        Entry("a digest", "4242424242424242" + String(repeating: "ab", count: 24)),
        Entry("a trace", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        Entry("a ULID", "01ARZ3NDEKTSV4RRFFQ69G5FAV"),
        Entry("an order", "ORD-2026-0001-4242"), Entry("an IPv4 address", "192.168.100.200:8080"),
        Entry("addresses", "10.0.0.1, 10.0.0.2, 10.0.0.3"),
        Entry("an IPv6 address", "2001:0db8:85a3:0000:0000:8a2e:0370:7334"), Entry("a MAC address", "42:42:42:42:42:42"),
        Entry("a version", "4.12.3-rc.19+20260108"), Entry("base64 of a number", "NDI0MjQyNDI0MjQyNDI0Mg=="),
    ]

    private static let prose: [Entry] = [
        Entry("nothing", "-"), Entry("a telephone", "+49 30 901820"), Entry("a telephone with an area", "+1 (415) 555-2671"),
        Entry("a long telephone", "0049 (0)30 901820-1234"), Entry("telephones", "+49 30 901820, +1 415 555 2671"),
        Entry("an address", "12 Market Street, 94105 San Francisco"), Entry("an order of a day", "order 17 of 2026-01-08"),
        Entry("numbers apart", "4242 shirts, then 4242 hats, then 4242 socks and 4242 shoes"),
        Entry("Chinese", "二〇二六年一月八日，共计四百二十元"),
        Entry("a currency", "€ 40.00 / £ 35.00 / $ 45.00"), Entry("emoji", "🎉🎉 10% off 🎉🎉"),
    ]
}
