import Glibc

/// The C library's allocator.
enum Allocator {
    /// Has blocks of 64 KiB and more, such as bodies of requests, returned to the system as soon as they are freed.
    ///
    /// By itself the C library keeps them: each large block that is freed raises the size from which on blocks are returned, up to
    /// 32 MiB (mallopt(3), `M_MMAP_THRESHOLD`).
    static func returnLargeBlocks() {
        // Swift's module of the C library leaves malloc.h out.
        guard let symbol = dlsym(nil, "mallopt") else { return }
        let setOption = unsafeBitCast(symbol, to: (@convention(c) (CInt, CInt) -> CInt).self)
        _ = setOption(mmapThreshold, 64 * 1024)
    }

    /// Returns all freed blocks to the system (malloc_trim(3)). It may take some 100 ms after a flood.
    static func trim() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
    }

    /// `M_MMAP_THRESHOLD` of malloc.h.
    private static let mmapThreshold: CInt = -3
}
