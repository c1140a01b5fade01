import Foundation

/// The files that this process maps.
enum LinkedLibraries {
    /// Whether a library with this name is mapped, the copy of a module included.
    static func contain(_ name: String) -> Bool {
        // The kernel hands the list out in pieces, whatever size is asked for.
        guard let handle = FileHandle(forReadingAtPath: "/proc/self/maps") else { return false }
        var bytes = Data()
        while let piece = try? handle.read(upToCount: 4096), !piece.isEmpty { bytes += piece }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { $0.hasSuffix("/\(name)") }
    }
}
