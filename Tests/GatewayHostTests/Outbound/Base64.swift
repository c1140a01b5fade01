import Foundation

/// Compressed bodies as they stand in the tests' source.
enum Base64 {
    /// The bytes behind `text`.
    static func decode(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text).map { Array($0) }
    }

    /// A whole answer with a body in gzip.
    static func gzipAnswer(_ body: [UInt8]) -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}
