import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Something the documentation serves: bytes that do not change while the gateway runs.
struct WebAsset: Sendable {
    /// The bytes.
    let body: ByteBuffer
    /// The media type, with its character set for text.
    let mediaType: String
    /// A strong validator (RFC 9110, section 8.8.3) that tells one version of the bytes from another.
    let entityTag: String

    /// An asset of these bytes.
    init(_ body: ByteBuffer, mediaType: String) {
        self.body = body
        self.mediaType = mediaType
        entityTag = Self.entityTag(of: body)
    }

    /// An asset of a text that we wrote.
    init(_ text: String, mediaType: String) {
        self.init(ByteBuffer(string: text), mediaType: mediaType)
    }

    /// The answer to a GET or HEAD: 304 where the client's copy is the same.
    ///
    /// Browsers keep a copy and ask each time whether it holds (`no-cache`), so that a new release shows at once.
    func response(to request: Request, policy: HTTPFields = [:]) -> Response {
        var headers = policy
        headers[.contentType] = mediaType
        headers[.eTag] = entityTag
        headers[.cacheControl] = "no-cache"
        if matches(request.headers[values: .ifNoneMatch]) { return Response(status: .notModified, headers: headers) }
        let response = Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Whether one of the tags of `If-None-Match` is ours: by weak comparison, as RFC 9110, section 13.1.2 wants it.
    private func matches(_ fields: [String]) -> Bool {
        fields.joined(separator: ",").split(separator: ",").contains { field in
            let tag = field.trimmingCharacters(in: .whitespaces)
            return tag == "*" || tag.trimmingPrefix("W/") == entityTag
        }
    }

    /// FNV-1a over 64-bit words. It guards against nothing: it tells apart versions of our own files, and must be the same in
    /// every process, which `Hasher` is not.
    private static func entityTag(of body: ByteBuffer) -> String {
        let hash = body.withUnsafeReadableBytes { bytes in
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            let words = bytes.count / 8
            for word in 0..<words {
                let value = bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self)
                hash = (hash ^ UInt64(littleEndian: value)) &* 0x100_0000_01b3
            }
            for byte in bytes[(words * 8)...] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            return hash
        }
        return "\"\(String(body.readableBytes, radix: 16))-\(String(hash, radix: 16))\""
    }
}
