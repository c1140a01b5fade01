internal import CLibcrypto

/// The digest SHA-256 (FIPS 180-4), by the system's libcrypto.
public enum SHA256Digest {
    /// The 32 bytes of the digest of `message`.
    public static func digest(of message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let made = EVP_Digest(message, message.count, &digest, &length, EVP_sha256(), nil)
        precondition(made == 1, "libcrypto refused SHA-256, which needs no resources but memory")
        return Array(digest.prefix(Int(length)))
    }

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
