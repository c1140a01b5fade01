import ProviderAPI
import Testing

@Suite("HMAC with SHA-256")
struct HMACSHA256Tests {
    /// RFC 4231, section 4: every case, the fifth as its leading 128 bits.
    @Test(
        "gives the codes of RFC 4231",
        arguments: [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            ([UInt8](repeating: 0x0C, count: 20), Array("Test With Truncation".utf8), "a3b6167473100ee06e0c796c2955552b"),
            (
                [UInt8](repeating: 0xAA, count: 131), Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array(
                    "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed "
                        .utf8
                ) + Array("before being used by the HMAC algorithm.".utf8),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ]
    )
    func vectors(key: [UInt8], message: [UInt8], code: String) {
        #expect(HMACSHA256.hex(message, key: key).hasPrefix(code))
        #expect(HMACSHA256.authenticationCode(for: message, key: key).count == 32)
    }

    @Test("works with an empty key and an empty message, and remembers no key")
    func empty() {
        let code = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(HMACSHA256.hex([], key: []) == code)
        _ = HMACSHA256.hex([], key: Array("another".utf8))
        #expect(HMACSHA256.hex([], key: []) == code)
        #expect(
            HMACSHA256.hex(Array("message".utf8), key: [])
                != HMACSHA256.hex(Array("message".utf8), key: Array("another".utf8))
        )
    }
}

@Suite("SHA-256")
struct SHA256DigestTests {
    /// FIPS 180-4's examples as NIST publishes them, and the long message of a million times "a".
    @Test(
        "gives the digests of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
            ),
            (String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ]
    )
    func vectors(message: String, digest: String) {
        #expect(SHA256Digest.hex(Array(message.utf8)) == digest)
        #expect(SHA256Digest.digest(of: Array(message.utf8)).count == 32)
    }
}

@Suite("Comparison in constant time")
struct ConstantTimeTests {
    @Test("agrees with ordinary comparison")
    func equality() {
        let bytes: [UInt8] = [0, 1, 2, 0xFF]
        #expect(ConstantTime.equal([], []))
        #expect(ConstantTime.equal(bytes, bytes))
        #expect(!ConstantTime.equal(bytes, []))
        #expect(!ConstantTime.equal(bytes, Array(bytes.dropLast())))
        #expect(!ConstantTime.equal(Array(bytes.dropLast()), bytes))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 0x80
            #expect(!ConstantTime.equal(bytes, other))
        }
    }
}
