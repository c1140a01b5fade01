import Foundation
import GatewayCore

/// What commands write to standard output for programs.
enum Output {
    /// A value as JSON.
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// A time as people read it: `2026-01-08 01:00:00Z`.
    static func time(_ text: String) -> String {
        guard let point = text.firstIndex(of: "."), text.hasSuffix("Z") else { return text }
        return text[..<point].replacing("T", with: " ") + "Z"
    }

    /// A length of time as people read it: `42s`, `12m`, `5h`, `3d`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.components.seconds)
        return switch seconds {
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }

    /// How many of something there are: `1 operation`, `2 operations`.
    ///
    /// - Parameter noun: the singular of a noun whose plural ends in `s`.
    static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    /// Text of others, such as a provider's message, on one line of a terminal.
    static func line(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isHidden ? " " : $0 }))
    }
}
