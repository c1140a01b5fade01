/// Why a recording cannot be read: every mistake, with file and member.
public struct RecordingError: Error, Sendable, CustomStringConvertible {
    /// The mistakes, each as `file: member and mistake`.
    public let mistakes: [String]

    /// One line a mistake.
    public var description: String {
        "the recording cannot be used:\n" + mistakes.map { "  \($0)" }.joined(separator: "\n")
    }
}
