import CMalloc

/// The C library's allocator.
enum Allocator {
    /// Has blocks of 64 KiB and more, such as bodies of requests, returned to the system as soon as they are freed.
    ///
    /// By itself the C library keeps them: each large block that is freed raises the size from which on blocks are returned, up to
    /// 32 MiB (mallopt(3), `M_MMAP_THRESHOLD`).
    static func returnLargeBlocks() {
        _ = mallopt(M_MMAP_THRESHOLD, 64 * 1024)
    }

    /// Returns all freed blocks to the system (malloc_trim(3)). It may take some 100 ms after a flood.
    static func trim() {
        _ = malloc_trim(0)
    }

    /// How many bytes are allocated now (mallinfo(3)).
    static var bytesInUse: Double { Double(allocator_bytes_in_use()) }
}
