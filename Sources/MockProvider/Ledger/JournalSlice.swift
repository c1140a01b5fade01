/// Where a line is in the journal.
struct JournalSlice: Sendable {
    let offset: Int64
    /// Bytes, without the line's end.
    let length: Int32
}
