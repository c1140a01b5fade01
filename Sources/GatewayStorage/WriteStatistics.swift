/// What the writer has done since the start, for metrics.
package struct WriteStatistics: Sendable, Hashable {
    /// Commits, each with one `fdatasync`.
    package private(set) var commits = 0
    /// Units of work that were committed.
    package private(set) var units = 0
    /// Units of work that threw and were rolled back.
    package private(set) var failedUnits = 0
    /// Batches that were undone and run again, because one of their units failed after it had written.
    package private(set) var repeatedBatches = 0
    /// The most units that shared a commit.
    package private(set) var largestBatch = 0

    /// Counts a transaction. One in which every unit failed has nothing to write and is no commit.
    mutating func count(succeeded: Int, failed: Int) {
        units += succeeded
        failedUnits += failed
        largestBatch = max(largestBatch, succeeded)
        if succeeded > 0 { commits += 1 }
    }

    /// Counts a batch that is run again.
    mutating func countRepeat() { repeatedBatches += 1 }
}
