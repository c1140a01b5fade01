import HummingbirdCore
import Logging
import NIOCore

@testable import GatewayHTTP

extension GatewayServer {
    /// The gateway's server over other times and limits, with a log that keeps nothing.
    static func testBuilder(
        limit: ConnectionLimit = ConnectionLimit(1000, logger: .silent), times: ConnectionTimes = ConnectionTimes(),
        deadline: TimeAmount = .seconds(10)
    ) -> HTTPServerBuilder {
        builder(limit: limit, refusals: RefusalLog(logger: .silent), times: times, deadline: deadline)
    }
}

extension Logger {
    /// A logger that keeps nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
