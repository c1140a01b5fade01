internal import CLibcrypto

/// The digest SHA-512 (FIPS 180-4), by the system's libcrypto.
public enum SHA512Digest {
    /// The 64 bytes of the digest of `message`.
    public static func digest(of message: [UInt8]) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        let made = EVP_Digest(message, message.count, &digest, &length, EVP_sha512(), nil)
        precondition(made == 1, "libcrypto refused SHA-512, which needs no resources but memory")
        return Array(digest.prefix(Int(length)))
    }

    /// The digest in lower-case hexadecimal.
    public static func hex(_ message: [UInt8]) -> String {
        digest(of: message).lowercaseHex
    }
}
