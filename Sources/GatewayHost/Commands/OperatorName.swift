import Foundation
import Glibc

/// Who runs a command, for the history.
enum OperatorName {
    /// The user who became root with sudo, or the user of the shell.
    static var current: String {
        let environment = ProcessInfo.processInfo.environment
        for variable in ["SUDO_USER", "USER"] {
            if let name = environment[variable], (1...64).contains(name.utf8.count),
                name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            {
                return name
            }
        }
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else { return "uid-\(getuid())" }
        return String(cString: name)
    }
}
