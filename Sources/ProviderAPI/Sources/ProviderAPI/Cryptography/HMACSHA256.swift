internal import CLibcrypto

/// HMAC with SHA-256 (RFC 2104, FIPS 198-1), by the system's libcrypto: one patched copy serves every module.
public enum HMACSHA256 {
    /// The 32 bytes of the code of `message` under `key`.
    public static func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // An empty Swift array has no address, and libcrypto takes a null key for "the one before".
        let keyBytes = key.isEmpty ? [0] : key
        let made = HMAC(EVP_sha256(), keyBytes, Int32(key.count), message, message.count, &code, &length)
        precondition(made != nil, "libcrypto refused HMAC-SHA256, which needs no resources but memory")
        return Array(code.prefix(Int(length)))
    }

    /// The code in lower-case hexadecimal.
    public static func hex(_ message: [UInt8], key: [UInt8]) -> String {
        authenticationCode(for: message, key: key).lowercaseHex
    }
}

/// Comparison that does not tell by its time where two values differ.
public enum ConstantTime {
    /// Whether both hold the same bytes. The time depends on their lengths only.
    public static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
