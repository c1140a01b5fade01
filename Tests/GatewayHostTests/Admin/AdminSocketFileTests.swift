import Foundation
import Glibc
import Testing

@testable import GatewayHost

@Suite("The admin socket's file")
struct AdminSocketFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "admin-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func mode(_ path: String) throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    @Test("A path of 107 bytes is a socket's, and one of 108 is refused with both numbers")
    func length() {
        #expect(AdminSocket.longestPath == 107)
        #expect(AdminSocket.flaw(of: "/" + String(repeating: "a", count: 106)) == nil)
        let flaw = AdminSocket.flaw(of: "/" + String(repeating: "a", count: 107)) ?? ""
        #expect(flaw.contains("108") && flaw.contains("107") && flaw.contains("database.url"))
    }

    @Test("It is born in a folder that nobody else can enter, and its path there is no longer than its own")
    func birthplace() throws {
        try withFolder { folder in
            let path = AdminSocket.path(ofDatabase: folder + "/a.db")
            let nursery = try SocketNursery(of: path)
            let born = (nursery.birthplace as NSString).deletingLastPathComponent
            #expect(try mode(born) == 0o700)
            #expect(nursery.birthplace.utf8.count <= path.utf8.count)
            nursery.remove()
            #expect(!FileManager.default.fileExists(atPath: born))
        }
    }

    @Test("Published, it has mode 0600 and replaces what a killed gateway left")
    func publishing() throws {
        try withFolder { folder in
            let path = AdminSocket.path(ofDatabase: folder + "/a.db")
            let manager = FileManager.default
            _ = try SocketNursery(of: path)
            try Data("stale".utf8).write(to: URL(filePath: path))
            let nursery = try SocketNursery(of: path)
            try #require(manager.createFile(atPath: nursery.birthplace, contents: Data(), attributes: [.posixPermissions: 0o777]))
            try nursery.publish()
            #expect(try mode(path) == 0o600)
            #expect(manager.contents(atPath: path)?.isEmpty == true)
            #expect(try manager.contentsOfDirectory(atPath: folder) == ["a.db.sock"])
        }
    }

    @Test("Root and the gateway's own user may enter, others may not")
    func peers() {
        #expect(PeerGate.mayEnter(0))
        #expect(PeerGate.mayEnter(geteuid()))
        #expect(!PeerGate.mayEnter(geteuid() + 1))
    }
}
