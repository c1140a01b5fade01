import Foundation
import GatewayHarness
import Glibc
import Testing

@testable import GatewayHost

@Suite("The file of log lines")
struct DescriptorLogOutputTests {
    @Test("Lines of many threads never mix, whatever their length, even where the reader of a pipe is behind")
    func noMixing() async throws {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        // The writer finds the pipe full again and again.
        #expect(fcntl(descriptor, F_SETFL, O_NONBLOCK) == 0)
        let output = DescriptorLogOutput(descriptor: descriptor)
        let lines = (0..<4).map { thread in
            [UInt8](repeating: UInt8(ascii: "a") + UInt8(thread), count: 6_000 + thread) + [UInt8(ascii: "\n")]
        }
        let reader = pipe.fileHandleForReading
        async let read = Task.detached { try reader.readToEnd() ?? Data() }.value
        let writers = lines.map { line in
            Thread {
                for _ in 0..<50 { output.write(line) }
            }
        }
        for writer in writers { writer.start() }
        try await eventually("all threads have written their lines") { writers.allSatisfy(\.isFinished) }
        try pipe.fileHandleForWriting.close()
        let found = try await read.split(separator: UInt8(ascii: "\n"))
        #expect(found.count == 200)
        for line in lines { #expect(found.count { Array($0) + [UInt8(ascii: "\n")] == line } == 50) }
    }

    @Test("A line that the file does not take is lost, and nothing else is")
    func fullDisk() throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        DescriptorLogOutput(descriptor: full.fileDescriptor).write(Array("lost\n".utf8))
    }

    @Test("After a line that was written in part, the next one begins at the start of a line")
    func tornLine() throws {
        // A file in memory that takes no byte beyond its first page.
        typealias MemoryFile = @convention(c) (UnsafePointer<CChar>, UInt32) -> Int32
        let symbol = try #require(dlsym(nil, "memfd_create"))
        let (allowSealing, addSeals, sealGrow): (UInt32, Int32, Int32) = (2, 1033, 4)
        let descriptor = unsafeBitCast(symbol, to: MemoryFile.self)("log", allowSealing)
        #expect(descriptor >= 0)
        defer { close(descriptor) }
        let page = 4096
        #expect(ftruncate(descriptor, page) == 0)
        #expect(fcntl(descriptor, addSeals, sealGrow) == 0)
        let output = DescriptorLogOutput(descriptor: descriptor)
        output.write([UInt8](repeating: UInt8(ascii: "x"), count: page + 100) + [UInt8(ascii: "\n")])
        output.write(Array("lost\n".utf8))
        lseek(descriptor, 0, SEEK_SET)
        output.write(Array("first\n".utf8))
        output.write(Array("second\n".utf8))
        var bytes = [UInt8](repeating: 0, count: 15)
        #expect(pread(descriptor, &bytes, bytes.count, 0) == bytes.count)
        #expect(String(decoding: bytes, as: UTF8.self) == "\nfirst\nsecond\nx")
    }
}
