/// Finds the word that was meant.
enum Suggestion {
    /// The candidate nearest to a misspelt word, or nil where none is near.
    static func nearest(to word: String, among candidates: [String]) -> String? {
        let limit = max(1, min(3, word.count / 3))
        return
            candidates
            .map { (candidate: $0, distance: distance(from: word, to: $0)) }
            .filter { $0.distance <= limit && $0.distance < $0.candidate.count }
            .min { $0.distance < $1.distance }?
            .candidate
    }

    /// How many insertions, deletions, replacements and swaps of neighbours lead from one word to another
    /// (the optimal string alignment distance).
    static func distance(from left: String, to right: String) -> Int {
        let (left, right) = (Array(left), Array(right))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var best = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                current.append(best)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
