import ProviderAPI

/// Parameters as Stripe reads them: `application/x-www-form-urlencoded`, nested names in brackets (`metadata[order_id]=1`).
///
/// It serves bodies and queries alike, so brackets are percent-encoded: a query may not hold them (RFC 3986, section 3.4),
/// and a decoder of forms sees no difference.
struct Form: Sendable {
    private var pairs: [(name: String, value: String)] = []

    /// Adds `name=value`; nothing where there is no value.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        pairs.append((name, value))
    }

    /// Adds `name[key]=value` for each pair, by key, so that a repeat of the same call has the same bytes.
    mutating func add(_ name: String, _ values: [String: String]) {
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            pairs.append(("\(name)[\(key)]", value))
        }
    }

    /// Adds `name[]=value` for each value.
    mutating func add(_ name: String, _ values: [String]) {
        for value in values {
            pairs.append(("\(name)[]", value))
        }
    }

    /// The encoded parameters.
    var encoded: String {
        pairs.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
    }
}

/// Percent-encoding (RFC 3986, section 2.1).
enum PercentEncoding {
    /// Keeps the unreserved characters (RFC 3986, section 2.3) and encodes all others, byte by byte of UTF-8.
    static func encode(_ text: String) -> String {
        encode(text, keeping: "-._~")
    }

    /// An id as one segment of a path, whatever is in it.
    ///
    /// - Throws: `rejected(notFound)` for an id that is empty (it would address the list) or made of dots only (parsers of URLs
    ///   take `..` for the parent, encoded or not).
    static func pathSegment(_ id: String) throws(ProviderError) -> String {
        guard !id.allSatisfy({ $0 == "." }) else {
            throw .rejected(Rejection(.notFound, message: "Stripe has no object with the id \"\(id)\""))
        }
        return encode(id, keeping: "-_~")
    }

    private static func encode(_ text: String, keeping marks: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            case _ where marks.utf8.contains(byte):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
