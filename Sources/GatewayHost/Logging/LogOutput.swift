import Glibc
import Synchronization

/// Where log lines go.
protocol LogOutput: Sendable {
    /// Writes one line, its end included.
    func write(_ line: [UInt8])
}

/// An open file: each line is in it when ``write(_:)`` returns, so that a crash loses none. Lines never mix, whatever their length.
final class DescriptorLogOutput: LogOutput {
    private let descriptor: Int32
    /// Whether the last line could only be written in part.
    private let isTorn = Mutex(false)

    /// - Parameter descriptor: of a file that stays open.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// A line that the file does not take, because the disk is full or the reader is gone, is lost: requests are worth more than their
    /// lines. The one after it begins at the start of a line.
    func write(_ line: [UInt8]) {
        isTorn.withLock { isTorn in
            if isTorn {
                guard writeAll([UInt8(ascii: "\n")]) == 1 else { return }
                isTorn = false
            }
            let written = writeAll(line)
            isTorn = written > 0 && written < line.count
        }
    }

    /// - Returns: how many bytes the file took.
    private func writeAll(_ bytes: [UInt8]) -> Int {
        bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    done += count
                } else if errno == EAGAIN {
                    // The pipe does not block, and its reader is behind.
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    break
                }
            }
            return done
        }
    }
}
