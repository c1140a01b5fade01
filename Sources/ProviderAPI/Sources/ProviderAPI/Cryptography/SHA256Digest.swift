internal import CLibcrypto

/// The digest SHA-256 (FIPS 180-4), by the system's libcrypto.
public enum SHA256Digest {
    /// The 32 bytes of the digest of `message`.
    public static func digest(of message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            var length: UInt32 = 0
            let made = EVP_Digest(message, message.count, digest.baseAddress, &length, algorithm, nil)
            precondition(made == 1 && length == 32, "libcrypto refused SHA-256, which needs no resources but memory")
            count = 32
        }
    }

    /// Fetched once: `EVP_sha256()` would have libcrypto look its implementation up for each digest.
    private nonisolated(unsafe) static let algorithm = EVP_MD_fetch(nil, "SHA256", nil)

    /// The digest in lower-case hexadecimal.
    public static func hex(_ message: [UInt8]) -> String {
        digest(of: message).lowercaseHex
    }
}

extension [UInt8] {
    /// Two digits a byte.
    var lowercaseHex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
