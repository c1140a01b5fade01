import Foundation
import Testing

@testable import ProviderLoading

@Suite("Certificates of modules")
struct ModuleCertificateTests {
    private static let digest = String(repeating: "a", count: 64)

    private let certificate = ModuleCertificate(
        module: "libA.so", sha256: digest, abi: 1, compiler: "6.3.1", gateway: "0.1.0", issuedAt: "2026-01-08T01:00:00.000Z",
        checks: [ModuleCertificate.Check(check: "lost-answer", status: "passed", cases: 3)])

    @Test("One holds for the content and the ABI that it was given for, and for no other")
    func standing() throws {
        let folder = try TemporaryFolder()
        let module = folder.path + "/libA.so"
        #expect(
            ModuleCertificate.standing(ofModule: module, digest: Self.digest, abi: 1)
                == .missing(path: module + ".certificate.json"))
        #expect(try certificate.write(besideModule: module) == module + ".certificate.json")
        #expect(
            ModuleCertificate.standing(ofModule: module, digest: Self.digest, abi: 1)
                == .certified(at: "2026-01-08T01:00:00.000Z"))

        let other = String(repeating: "b", count: 64)
        let changed = ModuleCertificate.standing(ofModule: module, digest: other, abi: 1)
        #expect(changed.objection?.contains("SHA-256 \(Self.digest), and this one's is \(other)") == true)
        let later = ModuleCertificate.standing(ofModule: module, digest: Self.digest, abi: 2)
        #expect(later.objection?.contains("version 1 of the provider ABI, and this gateway has 2") == true)
    }

    @Test("What is none does not hold", arguments: ["", "{}", "[1]", #"{"format":2}"#])
    func garbage(text: String) throws {
        let folder = try TemporaryFolder()
        try folder.write(text, to: "libA.so.certificate.json")
        let standing = ModuleCertificate.standing(ofModule: folder.path + "/libA.so", digest: Self.digest, abi: 1)
        #expect(standing.objection?.contains("it is no certificate") == true)
    }
}
