import Foundation

/// The opaque text that names where the next page starts.
enum PageCursor {
    /// The cursor after the row with this id.
    static func text(after id: Int64) -> String {
        Data("v1:\(id)".utf8).base64EncodedString().replacingOccurrences(of: "=", with: "")
    }

    /// The id in a cursor; nil where it is none.
    static func id(in text: String) -> Int64? {
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let plain = String(data: data, encoding: .utf8), plain.hasPrefix("v1:"),
            let id = Int64(plain.dropFirst(3)), id >= 1
        else { return nil }
        return id
    }
}
