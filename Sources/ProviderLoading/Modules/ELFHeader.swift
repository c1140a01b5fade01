/// As much of an ELF file's header as tells whether the dynamic linker can take it (System V ABI, chapters 4 and 5).
///
/// The linker maps what the header promises: a file that is cut short would end the process with SIGBUS, not with an error.
enum ELFHeader {
    /// The size of the header itself.
    static let size = 64
    /// The size of one entry of the segment table.
    private static let segmentSize = 56
    /// The type of a segment that is mapped (`PT_LOAD`).
    private static let loadable: UInt64 = 1

    /// The machine that this program is built for, by its number in ELF and its name.
    #if arch(x86_64)
    private static let host = (number: UInt64(62), name: "x86-64")
    #elseif arch(arm64)
    private static let host = (number: UInt64(183), name: "AArch64")
    #endif

    /// Checks a file.
    ///
    /// - Parameters:
    ///   - fileSize: its size in bytes.
    ///   - read: returns as many bytes as asked for at an offset, fewer at the end of the file.
    /// - Returns: what is wrong; nil for a shared object of this machine.
    static func fault(
        fileSize: UInt64, read: (_ offset: UInt64, _ count: Int) throws -> [UInt8]
    ) rethrows -> ModuleLoadingError.Reason? {
        let header = try read(0, size)
        guard header.starts(with: [0x7F, 0x45, 0x4C, 0x46]) else {
            return .notASharedObject(found: header.isEmpty ? "the file is empty" : "it does not start with \\x7fELF")
        }
        guard header.count == size else { return .truncated }
        let (bits, order) = (header[4], header[5])
        let machine = header.littleEndian(at: 18, bytes: 2)
        guard bits == 2, order == 1, machine == host.number else {
            // With the other byte order the machine's number is read the wrong way round as well.
            let number = order == 2 ? machine.byteSwapped >> 48 : machine
            return .otherArchitecture(found: name(ofMachine: number, bits: bits), host: host.name)
        }
        guard header.littleEndian(at: 16, bytes: 2) == 3 else {
            return .notASharedObject(found: "it is an object file or an executable")
        }
        let tableOffset = header.littleEndian(at: 32, bytes: 8)
        let entrySize = header.littleEndian(at: 54, bytes: 2)
        let entryCount = header.littleEndian(at: 56, bytes: 2)
        guard entrySize == segmentSize, entryCount > 0 else { return .notASharedObject(found: "it has no segments") }
        guard fits(offset: tableOffset, size: entrySize * entryCount, in: fileSize) else { return .truncated }
        let table = try read(tableOffset, Int(entrySize * entryCount))
        guard table.count == Int(entrySize * entryCount) else { return .truncated }
        for start in stride(from: 0, to: table.count, by: segmentSize) where table.littleEndian(at: start, bytes: 4) == loadable {
            let offset = table.littleEndian(at: start + 8, bytes: 8)
            let size = table.littleEndian(at: start + 32, bytes: 8)
            guard fits(offset: offset, size: size, in: fileSize) else { return .truncated }
        }
        return nil
    }

    private static func fits(offset: UInt64, size: UInt64, in fileSize: UInt64) -> Bool {
        let (end, overflow) = offset.addingReportingOverflow(size)
        return !overflow && end <= fileSize
    }

    private static func name(ofMachine number: UInt64, bits: UInt8) -> String {
        let width = bits == 1 ? "32-bit " : ""
        return switch number {
        case 3: "\(width)x86"
        case 21: "\(width)PowerPC 64"
        case 22: "\(width)S/390"
        case 40: "\(width)Arm"
        case 62: "\(width)x86-64"
        case 183: "\(width)AArch64"
        case 243: "\(width)RISC-V"
        default: "\(width)machine number \(number)"
        }
    }
}

extension [UInt8] {
    /// A number of up to eight bytes, the least significant first.
    fileprivate func littleEndian(at offset: Int, bytes: Int) -> UInt64 {
        self[offset..<(offset + bytes)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
