import ArgumentParser
import Foundation
import GatewayStorage

/// `ceiling write`: SQLite alone.
struct WriteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "write",
        abstract:
            "Writes the rows of creations into a new database with the gateway's schema, and prints how many it wrote as JSON."
    )

    @Option(name: .long, help: "The database, a file that is not there yet.")
    var database: String

    @Option(name: .long, help: "How many creations share a transaction.")
    var group: Int

    @Option(name: .long, help: "For how long, in seconds.")
    var seconds: Double

    func validate() throws {
        guard group > 0, seconds > 0 else { throw ValidationError("--group and --seconds must be more than 0.") }
    }

    func run() async throws {
        _ = try await SQLiteStore.migrate(path: database)
        let books = try BareBooks(path: database)
        var orders: Int64 = 0
        var written: Int64 = 0
        var commits = 0
        var spent = Duration.zero
        while spent < .seconds(seconds) {
            if written + Int64(group) > orders { orders = try books.addOrders(50_000, after: orders) }
            let start = ContinuousClock.now
            try books.writeCreations(of: (written + 1)...(written + Int64(group)))
            spent += ContinuousClock.now - start
            written += Int64(group)
            commits += 1
        }
        let result = Result(creations: written, commits: commits, seconds: spent / .seconds(1))
        print(String(decoding: try JSONEncoder().encode(result), as: UTF8.self))
    }

    private struct Result: Encodable {
        let creations: Int64
        let commits: Int
        let seconds: Double
    }
}
